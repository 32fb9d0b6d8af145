import type { BarOptions, GateOptions, PushBudget } from "@oddrun/core";
import type { LargeSize } from "@oddrun/core/simulation";
import type { Coverage } from "./promises.ts";
import type { ScoreTail } from "./score-tail.ts";
import type { SurenessFit } from "./sureness-fit.ts";

interface Side {
  readonly pushes: number;
  readonly aWeek: number;
  readonly incidents: number;
  readonly minutesAWeek: number;
  readonly realShare: number | null;
}

/** One set under both rules. */
export interface LoadRow {
  readonly label: string;
  readonly inboxWeeks: number;
  readonly flat: Side;
  readonly budget: Side;
}

interface Planted {
  readonly found: number;
  readonly falseIncidents: number;
  readonly minutesAWeek: number;
  readonly pushes: number;
}

export interface BudgetResult {
  readonly machine: string;
  readonly budget: PushBudget;
  readonly bars: BarOptions;
  readonly gate: GateOptions;
  readonly size: LargeSize;
  readonly rows: readonly LoadRow[];
  readonly protocolShares: Readonly<Record<string, { readonly real: number; readonly judged: number }>>;
  readonly simulated: readonly {
    readonly seed: number;
    readonly runs: number;
    readonly jobs: number;
    readonly steps: number;
    readonly seconds: number;
    readonly memoryMb: number;
    readonly planted: number;
    readonly plantedMinutesAWeek: number;
    readonly flat: Planted;
    readonly repositories: Planted;
    readonly organisation: Planted;
    readonly digest: Planted;
  }[];
  readonly coverage: readonly (Coverage & { readonly label: string })[];
  readonly tail: ScoreTail;
  readonly sureness: readonly SurenessFit[];
}

const percent = (share: number | null): string => (share === null ? "-" : `${Math.round(100 * share)} %`);
const whole = (value: number): string => Math.round(value).toLocaleString("en");
const fixed = (value: number, digits = 2): string => value.toFixed(digits);

export function budgetMarkdown(result: BudgetResult): string {
  const { rows, protocolShares, simulated, coverage, tail, sureness, size, bars, gate, budget } = result;
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(" | ")} |`;
  return `# Pushes under a budget

Made by \`node benchmarks/budget.ts\` on ${result.machine}. Budget: ${budget.repositoryAWeek} push a week to the inbox of each repository, ${budget.organisationAWeek} to that of an organisation. Bars: ${JSON.stringify(bars)};
gate: ${JSON.stringify(gate)}. Each week's bars follow from the weeks before it alone. The flat rule pushes every change of every run and job series at the detector's own threshold.

## Load, incidents and minutes

Real incidents: distinct groups of changes of which one that was pushed is real in hindsight (medians of up to 40 passing runs either side of the onset differ by 8 % or more; failures by a binomial
test). Minutes a week: what those cost, the dearest pushed change of each counted once.

| set | inbox-weeks | flat: pushes an inbox and week | real incidents | minutes a week | real | budget: pushes an inbox and week | real incidents | minutes a week | real |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${rows
  .map(({ label, inboxWeeks, flat, budget: within }) =>
    row([
      label,
      inboxWeeks,
      ...[flat, within].flatMap((side) => [
        `${fixed(side.aWeek)} (${side.pushes})`,
        side.incidents,
        whole(side.minutesAWeek),
        percent(side.realShare),
      ]),
    ]),
  )
  .join("\n")}

The replay protocol's own scorer on what was pushed:

| set | real in hindsight | of judged |
|---|--:|--:|
${Object.entries(protocolShares)
  .map(([label, { real, judged }]) =>
    row([label, percent(judged === 0 ? null : real / judged), `${real} of ${judged}`]),
  )
  .join("\n")}

## A simulated organisation

${size.repositories} repositories, ${size.workflows} workflows, ${whole(size.jobs)} jobs, ${whole(size.steps)} steps, 8 weeks, made as a stream. Planted: slower steps (x1.2 to x2), failing workflows (+20 to +50 points), silent
schedules, and one runner label slower in all repositories. A push counts as found when its series, measure and onset fit a planted one, else as false.

| seed | runs, jobs, steps | seconds to make and look at | memory, MB | planted (min a week) | flat: pushes, found, false (min a week) | repositories' inboxes: pushes, found, false (min a week) | organisation's inbox: pushes, found, false (min a week) | its digest: further found, false |
|--:|---|--:|--:|--:|--:|--:|--:|--:|
${simulated
  .map((one) =>
    row([
      one.seed,
      `${whole(one.runs)}, ${whole(one.jobs)}, ${whole(one.steps)}`,
      fixed(one.seconds, 1),
      one.memoryMb,
      `${one.planted} (${whole(one.plantedMinutesAWeek)})`,
      plantedText(one.flat),
      plantedText(one.repositories),
      plantedText(one.organisation),
      `${one.digest.found}, ${one.digest.falseIncidents}`,
    ]),
  )
  .join("\n")}

## Promised and come

Promises for 9 cases of 10, from the older two thirds of a window, held against its newest third; every window begins a third of its length after the one before.

| windows | promises | held | fewer came | more came | mean width of the range | promised in the mean | came |
|---|--:|--:|--:|--:|--:|--:|--:|
${coverage
  .map((one) =>
    row([
      one.label,
      one.promiseCount,
      percent(one.heldCount / one.promiseCount),
      one.belowCount,
      one.aboveCount,
      fixed(one.width),
      fixed(one.promised),
      fixed(one.came),
    ]),
  )
  .join("\n")}

## False alarms by score

Changes told on ${tail.histories} quiet real histories (${whole(tail.runs)} runs after the first 60 of each), by the highest score they reached; and in the same runs in shuffled order.

| score at least | level | failure | level, shuffled | failure, shuffled |
|--:|--:|--:|--:|--:|
${tail.rows.map((one) => row([one.score, one.level, one.failure, one.levelShuffled, one.failureShuffled])).join("\n")}

## Sureness

Logistic regression of "real in hindsight" on ln score, over every change told on the whole histories.

| measure | alerts | intercept | slope | said and real, by thirds of the score |
|---|--:|--:|--:|---|
${sureness
  .map(({ measure, alerts, intercept, slope, thirds }) =>
    row([
      measure,
      alerts,
      fixed(intercept),
      fixed(slope),
      thirds.map(({ said, real }) => `${percent(said)}, ${percent(real)}`).join("; "),
    ]),
  )
  .join("\n")}
`;
}

function plantedText({ pushes, found, falseIncidents, minutesAWeek }: Planted): string {
  return `${pushes}, ${found}, ${falseIncidents} (${whole(minutesAWeek)})`;
}
