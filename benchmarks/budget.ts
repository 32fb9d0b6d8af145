/**
 * Pushes under a budget against the flat rule, on whole real histories and a simulated organisation: how many a week, how many
 * real incidents, how many minutes a week they cost; and whether promised loads held.
 *
 *   node benchmarks/budget.ts            all of it; keeps the results
 *   node benchmarks/budget.ts --quick    one seed, no promises on Travis; only prints
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DEFAULT_BAR_OPTIONS, DEFAULT_GATE_OPTIONS, DEFAULT_PUSH_BUDGET, seriesOf } from "@oddrun/core";
import { LARGE_SIZE, type LargeIncident, largeOrganisation } from "@oddrun/core/simulation";
import { type GroupedPast, groupedPast } from "./budget/grouped-past.ts";
import { largeReadings, plantedFor } from "./budget/large-organisation.ts";
import {
  budgetRule,
  type CountedPush,
  flatRule,
  realShare,
  type RuleFigures,
  together,
} from "./budget/load-figures.ts";
import { addCoverage, promisesIn } from "./budget/promises.ts";
import { type RawSet, rawSets } from "./budget/raw-histories.ts";
import { type BudgetResult, budgetMarkdown, type LoadRow } from "./budget/report.ts";
import { scoreTail } from "./budget/score-tail.ts";
import { fitSureness, type JudgedAlert } from "./budget/sureness-fit.ts";
import { machine } from "./machine.ts";
import { sharedPath } from "./shared-data.ts";

const RESULTS = join(import.meta.dirname, "results");
const SEEDS = [1, 2, 3, 4, 5];
const START_MS = Date.UTC(2026, 2, 2);
const ORGANISATION = "northwind-labs";
const noOrganisation = (): null => null;

interface SetPasts {
  readonly set: RawSet;
  readonly pasts: readonly GroupedPast[];
}

/** Each repository of a set by itself, as one that has Oddrun would see it. */
function pastsOf(set: RawSet): SetPasts {
  const byRepository = Map.groupBy(set.readings, ({ seriesId }) => seriesOf(seriesId).repositoryId);
  return { set, pasts: [...byRepository.values()].map((readings) => groupedPast(readings)) };
}

/** Lines of the protocol's findings for these pushes. */
function findingLines({ protocolSeries }: RawSet, pushes: readonly CountedPush[]): readonly object[] {
  return pushes.map(({ seriesId, event, incidentId }) => {
    const { measure } = seriesOf(seriesId);
    const kind =
      measure === "failure"
        ? "failure-rate"
        : event.direction === "up"
          ? "duration-regression"
          : "duration-improvement";
    return {
      series: protocolSeries.get(seriesId),
      kind,
      detected_at_run: event.at.runId,
      onset_run: event.onset.runId,
      magnitude: measure === "failure" ? event.level - event.usual : event.level / event.usual,
      score: event.score,
      incident: `${measure} ${event.changeNumber}`,
      group: incidentId,
    };
  });
}

/** The protocol's own word on pushes: shares that are real in hindsight, by data set. */
function protocolShares(protocol: string, folder: string, lines: readonly object[]) {
  const file = join(folder, "findings.jsonl");
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const script = join(protocol, "score-raw.mjs");
  const given = ["--runs", join(folder, "raw", "runs.csv"), "--findings", file, "--json", "--draws", "0"];
  const answer = execFileSync(process.execPath, [script, ...given], { encoding: "utf8", maxBuffer: 1 << 28 });
  const rows = JSON.parse(answer).rows as { label: string; verdicts: Record<string, number> }[];
  return new Map(
    rows.map(({ label, verdicts }) => {
      const count = (end: string): number =>
        Object.entries(verdicts).reduce((sum, [verdict, many]) => sum + (verdict.endsWith(end) ? many : 0), 0);
      const all = Object.values(verdicts).reduce((sum, many) => sum + many, 0) - count("not judged");
      return [label, { real: count(" real"), judged: all }];
    }),
  );
}

function loadRow(label: string, flat: RuleFigures, budget: RuleFigures): LoadRow {
  const side = (figures: RuleFigures) => ({
    pushes: figures.pushes.length,
    aWeek: figures.pushes.length / figures.inboxWeeks,
    incidents: figures.incidentCount,
    minutesAWeek: Math.round(figures.minutesAWeek),
    realShare: realShare(figures.pushes),
  });
  return { label, inboxWeeks: Math.round(flat.inboxWeeks), flat: side(flat), budget: side(budget) };
}

/** Planted incidents that pushes are about, and incidents of pushes about none. Nobody waits for a job aside: it is no find, and not false. */
function plantedFigures(truth: readonly LargeIncident[], pushes: readonly CountedPush[]) {
  const found = new Set<LargeIncident>();
  const right = new Set<string>();
  for (const { told, incidentId } of pushes) {
    for (const { seriesId, event } of told) {
      const planted = plantedFor(truth, seriesId, event);
      if (planted === undefined) continue;
      right.add(incidentId);
      if (planted.kind !== "slower-aside") found.add(planted);
    }
  }
  const falseIncidents = new Set(pushes.map(({ incidentId }) => incidentId).filter((id) => !right.has(id)));
  const minutesAWeek = Math.round([...found].reduce((sum, { extraMinutesAWeek }) => sum + extraMinutesAWeek, 0));
  return { found: found.size, falseIncidents: falseIncidents.size, minutesAWeek, pushes: pushes.length };
}

function simulate(seed: number) {
  const counts = { runs: 0, jobs: 0, steps: 0 };
  const organisation = largeOrganisation({ seed, startMs: START_MS });
  const started = performance.now();
  const past = groupedPast(
    largeReadings(organisation, ({ runs, jobs, steps }) => {
      counts.runs += runs;
      counts.jobs += jobs;
      counts.steps += steps;
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  const flat = flatRule(past);
  const ruled = budgetRule(past, () => ORGANISATION);
  const inDigest = ruled.fates.filter(({ inbox, fate }) => inbox.startsWith("organisation") && fate === "digest");
  const { truth } = organisation;
  const pushable = truth.filter(({ kind }) => kind !== "slower-aside");
  const digest = inDigest.flatMap(({ candidate, incidentId }): CountedPush[] =>
    candidate.members.map(({ seriesId, event }) => ({
      seriesId,
      event,
      incidentId,
      verdict: "not-yet",
      minutesAWeek: 0,
      told: candidate.members,
    })),
  );
  const isShared = (inbox: string): boolean => inbox.startsWith("organisation");
  const coverage = promisesIn(
    past,
    () => ORGANISATION,
    null,
    (inbox) => !isShared(inbox),
  );
  const sharedCoverage = promisesIn(past, () => ORGANISATION, null, isShared);
  return {
    seed,
    ...counts,
    seconds,
    memoryMb: Math.round(process.memoryUsage().rss / 1e6),
    planted: pushable.length,
    plantedMinutesAWeek: Math.round(pushable.reduce((sum, { extraMinutesAWeek }) => sum + extraMinutesAWeek, 0)),
    flat: plantedFigures(truth, flat.pushes),
    repositories: plantedFigures(truth, ruled.repositories.pushes),
    organisation: plantedFigures(truth, ruled.organisation.pushes),
    digest: plantedFigures(truth, digest),
    rows: [
      loadRow(`simulated organisation, seed ${seed}: inboxes of repositories`, flat, ruled.repositories),
      loadRow(
        `the same: the organisation's inbox`,
        { ...flat, inboxWeeks: ruled.organisation.inboxWeeks },
        ruled.organisation,
      ),
    ],
    coverage,
    sharedCoverage,
  };
}

function judgedAlerts({ set, pasts }: SetPasts): readonly JudgedAlert[] {
  return pasts.flatMap((past) =>
    flatRule(past).pushes.flatMap(({ seriesId, event, verdict }): JudgedAlert[] => {
      const measure = seriesOf(seriesId).measure === "failure" ? "failure" : "level";
      return [{ set: set.name, measure, score: event.score, verdict }];
    }),
  );
}

function main(): void {
  const isQuick = process.argv.includes("--quick");
  const data = sharedPath("data/ci-survey", "the measurement of budgets");
  const protocolScript = sharedPath("eval/make-raw.mjs", "the measurement of budgets");
  if (data === null || protocolScript === null) return;
  const protocol = dirname(protocolScript);
  const folder = mkdtempSync(join(tmpdir(), "oddrun-budget-"));
  try {
    const tail = scoreTail(protocol, data, join(folder, "cases"));
    const sets = rawSets(protocol, dirname(data), join(folder, "raw")).map(pastsOf);
    const rows: LoadRow[] = [];
    const lines: object[] = [];
    for (const { set, pasts } of sets) {
      const ruled = pasts.map((past) => ({ flat: flatRule(past), ...budgetRule(past, noOrganisation) }));
      const budget = together(ruled.map(({ repositories }) => repositories));
      rows.push(loadRow(set.name, together(ruled.map(({ flat }) => flat)), budget));
      lines.push(...findingLines(set, budget.pushes));
    }
    const shares = protocolShares(protocol, folder, lines);
    const simulated = (isQuick ? SEEDS.slice(0, 1) : SEEDS).map((seed) => simulate(seed));
    const coverage = sets.flatMap(({ set, pasts }) => {
      const windows = set.name === "travis" ? (isQuick ? [] : [12, 24, 48]) : [6, 12, 24, null];
      return windows.map((weeks) => ({
        label: `${set.name}, ${weeks === null ? "the whole history" : `windows of ${weeks} weeks`}`,
        ...addCoverage(pasts.map((past) => promisesIn(past, noOrganisation, weeks))),
      }));
    });
    const judged = sets.flatMap(judgedAlerts);
    const result: BudgetResult = {
      machine: machine(),
      budget: DEFAULT_PUSH_BUDGET,
      bars: DEFAULT_BAR_OPTIONS,
      gate: DEFAULT_GATE_OPTIONS,
      size: LARGE_SIZE,
      rows: [...rows, ...simulated[0]!.rows],
      protocolShares: Object.fromEntries(shares),
      simulated,
      coverage: [
        ...coverage.filter(({ promiseCount }) => promiseCount > 0),
        { label: "simulated repositories, 8 weeks, each seed", ...addCoverage(simulated.map((one) => one.coverage)) },
        {
          label: "simulated organisations, 8 weeks, each seed",
          ...addCoverage(simulated.map((one) => one.sharedCoverage)),
        },
      ],
      tail,
      sureness: (["level", "failure"] as const).map((measure) => fitSureness(judged, measure)),
    };
    const markdown = budgetMarkdown(result);
    process.stdout.write(markdown);
    if (isQuick) return;
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(join(RESULTS, "budget.json"), `${JSON.stringify(result, null, 2)}\n`);
    writeFileSync(join(RESULTS, "budget.md"), markdown);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

main();
