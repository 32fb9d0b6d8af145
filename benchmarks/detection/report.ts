import {
  DURATION_REFERENCE,
  FAILURE_REFERENCE,
  PROTOTYPE,
  REFERENCE_VARIANTS,
  type ReferenceRow,
} from "./reference.ts";
import type { Range, RawRow, RawScored, Scored, VariantFigures } from "./protocol.ts";
import { DURATION_GRID, FAILURE_GRID, NOTES_GRID, type TargetRow, verdictOf } from "./targets.ts";

/** Everything that was measured; this, as it is, is results/detection.json. */
export interface Measured {
  readonly about: string;
  readonly subset: string;
  readonly machine: string;
  readonly histories: number;
  readonly runs: number;
  readonly targets: readonly TargetRow[];
  readonly online: { readonly cases: string; readonly raw: string | null };
  readonly speed: Speed | null;
  readonly scored: Scored;
  readonly raw: {
    readonly cuts: Readonly<Record<string, number>>;
    readonly cut: RawScored;
    readonly byFirstAttempts: RawScored;
    readonly delivered: RawScored;
  } | null;
}

export interface Speed {
  readonly rounds: number;
  /** Medians over the rounds, in seconds: of the command, and of reading the file alone. */
  readonly wallS: number;
  readonly readingWallS: number;
  /** Processor time, all threads. */
  readonly cpuS: number;
  readonly readingCpuS: number;
  readonly runsPerCpuSecond: number;
  /** With the time that reading the file alone takes left out. */
  readonly runsPerCpuSecondWithoutReading: number;
}

const number = (value: number | null | undefined, digits = 2): string =>
  value === null || value === undefined || !Number.isFinite(value) ? "-" : value.toFixed(digits);
const short = (value: number | null | undefined): string => number(value, 3).replace(/^0\./, ".");
const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? "-" : `${Math.round(100 * value)} %`;
const ranged = (value: number | null | undefined, range: Range | undefined): string =>
  range === undefined ? short(value) : `${short(value)} (${short(range.low)} to ${short(range.high)})`;

function inUnit(value: number | null, unit: TargetRow["unit"]): string {
  if (value === null) return "-";
  if (unit === "share") return percentFine(value);
  if (unit === "runs/s") return value.toLocaleString("en", { maximumFractionDigits: 0 });
  if (unit === "runs" || unit === "days") return `${Number(value.toFixed(1))}`;
  return Number.isInteger(value) && value > 1 ? `${value}` : value.toFixed(3).replace(/0+$/, "").replace(/\.$/, "");
}

/** An infinite cut becomes null in JSON, and means that what is delivered is within the budget. */
const cutText = (cut: number | undefined): string =>
  cut === undefined || !Number.isFinite(cut) ? "uncut, within it" : `above ${cut.toFixed(3)}`;

const percentFine = (value: number): string => `${Number((100 * value).toFixed(1))} %`;

const MARKS = { aim: "aim", reach: "reach", missed: "**missed**", "-": "-" } as const;

function targetTable(targets: readonly TargetRow[]): readonly string[] {
  return [
    "| | reach | aim | reached | |",
    "|---|--:|--:|--:|---|",
    ...targets.map((row) => {
      const { name, reach, aim, reached, unit, beside } = row;
      const suffix = beside === undefined ? "" : `, ${beside}`;
      return `| ${name} | ${inUnit(reach, unit)} | ${inUnit(aim, unit)} | **${inUnit(reached, unit)}**${suffix} | ${MARKS[verdictOf(row)]} |`;
    }),
    "",
  ];
}

function variantTable(scored: Scored): readonly string[] {
  const line = (name: string, at: VariantFigures | undefined): readonly string[] =>
    at === undefined
      ? []
      : [
          `| ${name} | ${at.cases} | ${percent(at.recall)} | ${percent(scored.variants[name]?.recall)} | ${number(at.delayMedian, 0)} | ${number(at.delayDaysMedian, 1)} | ${percent(at.recallIn14Days)} | ${number(at.onsetErrorMedian, 0)} | ${number(at.duplicatesPerHit)} | ${/^(recover|failures)/.test(name) ? percent(at.recoveredShare) : "-"} |`,
        ];
  const names = [...DURATION_GRID, "first step x1.3", "faster x0.75", ...FAILURE_GRID, "silence", ...NOTES_GRID];
  return [
    "| incident | cases | found | as delivered | delay, runs | in days | within 14 days | onset error | repeats | recovery told |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ...names.flatMap((name) => line(name, scored.variantsAtHeadline[name])),
    ...Object.keys(scored.young?.variants ?? {})
      .sort()
      .flatMap((name) => line(name, scored.young!.variants[name])),
    "",
  ];
}

function referenceTable(
  rows: readonly ReferenceRow[],
  ours: { readonly atBudgets: readonly (number | null)[]; readonly recalls: readonly (number | undefined)[] },
  names: readonly string[],
): readonly string[] {
  const line = (method: string, budgets: readonly (number | null)[], recalls: readonly (number | undefined)[] | null) =>
    `| ${method} | ${budgets.map(short).join(" | ")} | ${names.map((_, place) => recalls?.[place] ?? "").join(" | ")} |`;
  return [
    `| method | at 0.2 | 0.5 | 1 | 2 | ${names.join(" | ")} |`,
    `|---|${"--:|".repeat(4 + names.length)}`,
    line(
      "**oddrun**",
      ours.atBudgets,
      ours.recalls.map((recall) => (recall === undefined ? undefined : Math.round(100 * recall))),
    ),
    ...rows.map(({ method, atBudgets, recallPercent }) => line(method, atBudgets, recallPercent)),
    "",
  ];
}

function datasetTable({ byDataset }: Scored): readonly string[] {
  return [
    "| data set | backgrounds | headline | durations | failures | notes |",
    "|---|--:|--:|--:|--:|--:|",
    ...[...byDataset.rows, byDataset.macro, byDataset.actionsOnly].map(
      (row) =>
        `| ${row.label} | ${row.backgrounds ?? ""} | ${short(row.headline)} | ${short(row.duration)} | ${short(row.failure)} | ${short(row.point)} |`,
    ),
    "",
  ];
}

function suspectedTable({ variants }: Scored): readonly string[] {
  const names = ["step x1.1", "step x1.2", "step x1.3", "step x1.5", "step x2"].filter((name) => variants[name]);
  if (names.every((name) => variants[name]!.earlyDelayMedian === null)) return ["Nothing is suspected early.", ""];
  return [
    `| first word (the alert) | ${names.join(" | ")} |`,
    `|---|${"--:|".repeat(names.length)}`,
    `| runs | ${names.map((name) => `${number(variants[name]!.earlyDelayMedian, 0)} (${number(variants[name]!.delayMedian, 0)})`).join(" | ")} |`,
    `| days | ${names.map((name) => `${number(variants[name]!.earlyDelayDaysMedian, 1)} (${number(variants[name]!.delayDaysMedian, 1)})`).join(" | ")} |`,
    "",
  ];
}

function rawTable({ rows, actionsOnly, all }: RawScored): readonly string[] {
  const line = (row: RawRow) =>
    `| ${[
      row.label,
      row.series,
      row.runs,
      row.alerts,
      `${number(row.durationPer1000)} / ${number(row.failurePer1000)}`,
      `${percent(row.durationPrecision)} (${percent(row.durationByChance)})`,
      number(row.realDurationPer1000),
      `${percent(row.failurePrecision)} (${percent(row.failureByChance)})`,
      number(row.realFailurePer1000),
      number(row.perRepositoryWeek),
      `${number(row.incidentsPerRepositoryWeek)}${row.ownIncidentsPerRepositoryWeek === null ? "" : `, own groups ${number(row.ownIncidentsPerRepositoryWeek)}`}`,
      percent(row.youngShare),
      number(row.minutesPerWeek?.median, 0),
    ].join(" | ")} |`;
  return [
    "| data set | series | runs | alerts | per 1000 runs: durations / failures | durations real in hindsight (by chance) | real per 1000 | failures real (by chance) | real per 1000 | alerts per repository-week | incidents (48 h rule) | young | minutes a week, median |",
    `|---|${"--:|".repeat(12)}`,
    ...[...rows, actionsOnly, all].map(line),
    "",
  ];
}

/** For docs/detection.md: what was asked for and reached. */
export function figuresBlock(measured: Measured): string {
  const { scored } = measured;
  const { intervals } = scored;
  return [
    ...targetTable(measured.targets),
    `${measured.histories} histories, ${measured.runs} runs, one setting for all (${measured.machine}). Headline ${ranged(scored.headline, intervals?.headline)}, durations ${ranged(scored.headlineByStream.duration, intervals?.duration)}, failures ${ranged(scored.headlineByStream.failure, intervals?.failure)}, notes ${ranged(scored.headlineByStream.point, intervals?.point)}, young ${ranged(scored.young?.recall, intervals?.young)}. Only the past was used: ${measured.online.cases}`,
  ].join("\n");
}

const recallsOf = ({ variantsAtHeadline }: Measured["scored"], names: readonly string[]) =>
  names.map((name) => variantsAtHeadline[name]?.recall);

function durationsBesideOthers(scored: Measured["scored"]) {
  const atBudgets = scored.atBudget.map(({ duration }) => duration);
  const ours = { atBudgets, recalls: recallsOf(scored, REFERENCE_VARIANTS) };
  return referenceTable(DURATION_REFERENCE, ours, REFERENCE_VARIANTS);
}

function failuresBesideOthers(scored: Measured["scored"]) {
  const atBudgets = scored.atBudget.map(({ failure }) => failure);
  return referenceTable(FAILURE_REFERENCE, { atBudgets, recalls: recallsOf(scored, FAILURE_GRID) }, FAILURE_GRID);
}

/** For docs/detection.md: recall at equal loads of false alarms, and by incident at 0.5. */
export function methodsBlock({ scored }: Measured): string {
  return [
    "Durations: mean recall at 0.2, 0.5, 1 and 2 false alarms per 1000 clean runs, and in per cent at 0.5. The rows below the first are the figures of the benchmark's own README on the same cases.",
    "",
    ...durationsBesideOthers(scored),
    "Failures, the same:",
    "",
    ...failuresBesideOthers(scored),
  ].join("\n");
}

/** For docs/detection.md; null where the whole histories were left out. */
export function wholeHistoriesBlock({ raw }: Measured): string | null {
  if (raw === null) return null;
  const again = raw.byFirstAttempts.rows.find(({ label }) => label === "gha-pulumi");
  return [
    ...rawTable(raw.cut),
    `The scorer counts re-runs of failed jobs among the runs either side, which are short; of pulumi's duration alerts ${percent(again?.durationPrecision)} are real beside its first attempts alone.`,
  ].join("\n");
}

export function toMarkdown(measured: Measured): string {
  const { scored, raw, speed } = measured;
  const at = scored.variantsAtHeadline;
  const { intervals } = scored;
  return [
    "# Detection, measured",
    "",
    `Made by \`npm run eval:replay\` on ${measured.machine}: the replay protocol's cases, seed 1 (${measured.subset}; ${measured.histories} histories, ${measured.runs} runs), through the real command`,
    "`oddrun replay --input runs.csv --observed observed.csv --findings findings.jsonl` with one setting for everything, scored by the protocol's own scorer. Each stream is cut by",
    "`score` to its budget of false alarms on clean histories (0.5 per 1000 runs, notes 8); docs/detection.md says what each word means.",
    "",
    "## What was promised",
    "",
    ...targetTable(measured.targets),
    `In brackets below: 90 % intervals, the backgrounds drawn anew${intervals === null ? " (left out in this quick look)" : ""}. Headline ${ranged(scored.headline, intervals?.headline)},`,
    `durations ${ranged(scored.headlineByStream.duration, intervals?.duration)}, failures ${ranged(scored.headlineByStream.failure, intervals?.failure)}, silence ${ranged(scored.headlineByStream.silence, intervals?.silence)}, notes ${ranged(scored.headlineByStream.point, intervals?.point)},`,
    `young ${ranged(scored.young?.recall, intervals?.young)}, macro average ${ranged(scored.byDataset.macro.duration, intervals?.macroDuration)}, Actions only ${ranged(scored.byDataset.actionsOnly.duration, intervals?.actionsDuration)}.`,
    `The protocol's prototype: headline ${short(PROTOTYPE.headline)}, durations ${short(PROTOTYPE.duration)}, failures ${short(PROTOTYPE.failure)}, notes ${short(PROTOTYPE.point)}.`,
    "",
    `As delivered, before any cut, on ${scored.cleanRuns} clean runs: ${number(scored.falseAlarms.duration.per1000)} duration alarms, ${number(scored.falseAlarms.failure.per1000)} failure alarms, ${number(scored.falseAlarms.silence.per1000)} silences and ${number(scored.falseAlarms.point.per1000)} notes per 1000.`,
    "",
    "## Only the past is used",
    "",
    `Cut at random runs and judged again: ${measured.online.cases}`,
    ...(measured.online.raw === null
      ? []
      : ["", `All series cut at one moment, on whole histories: ${measured.online.raw}`]),
    "",
    "## Beside other methods: durations",
    "",
    "Mean recall at 0.2, 0.5, 1 and 2 false alarms per 1000 runs, and recall of each incident at 0.5 in per cent. The other rows are the figures of the protocol's README, same cases.",
    "",
    ...durationsBesideOthers(scored),
    "## Beside other methods: failures",
    "",
    ...failuresBesideOthers(scored),
    "## Each incident",
    "",
    "*Found* is at the budgets, and the columns after *as delivered* with it; young histories are cut at their own.",
    "",
    ...variantTable(scored),
    `Variance x2: ${at["variance x2"]?.falselyNamed ?? 0} of ${at["variance x2"]?.cases ?? 0} falsely told. Alerts outside incidents, as delivered: ${number(scored.outside.per1000)} per 1000 runs.`,
    "",
    "## By data set, all cut at the same scores",
    "",
    ...datasetTable(scored),
    "## Said early: suspected",
    "",
    ...suspectedTable(scored),
    ...(raw === null
      ? []
      : [
          "## Whole histories, nothing picked, nothing injected",
          "",
          "No truth is known: *real in hindsight* asks whether the runs after the told onset differ from those before, and is biased upwards (the detector chose the places). *By chance* is the same question at random places.",
          "",
          `Cut at the scores of the 0.5 budget (durations ${cutText(raw.cuts["duration"])}, failures ${cutText(raw.cuts["failure"])}):`,
          "",
          ...rawTable(raw.cut),
          "The same alerts beside first attempts alone (re-runs of failed jobs do a part of the work and are no part of any level):",
          "",
          ...rawTable(raw.byFirstAttempts),
          "As delivered:",
          "",
          ...rawTable(raw.delivered),
        ]),
    ...(speed === null
      ? []
      : [
          "## Speed",
          "",
          `The command on the cases, ${measured.runs} runs, start included, medians of ${speed.rounds} rounds, each beside a program that only reads the file and splits its lines.`,
          "",
          "| | wall, s | processor, s | runs per processor second |",
          "|---|--:|--:|--:|",
          `| \`oddrun replay\` | ${number(speed.wallS)} | ${number(speed.cpuS)} | ${inUnit(speed.runsPerCpuSecond, "runs/s")} |`,
          `| reading the file alone | ${number(speed.readingWallS)} | ${number(speed.readingCpuS)} | ${inUnit(measured.runs / speed.readingCpuS, "runs/s")} |`,
          `| the difference | ${number(speed.wallS - speed.readingWallS)} | ${number(speed.cpuS - speed.readingCpuS)} | ${inUnit(speed.runsPerCpuSecondWithoutReading, "runs/s")} |`,
          "",
        ]),
  ].join("\n");
}
