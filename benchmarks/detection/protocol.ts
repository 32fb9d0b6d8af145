import { execFileSync, execSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { scoreCut } from "@oddrun/core";

/** The replay protocol's own programs, run as a stranger would run them, and what of their answers is used here. */
export interface Protocol {
  readonly folder: string;
  readonly dataFolder: string;
}

export interface Range {
  readonly low: number;
  readonly high: number;
}

export interface VariantFigures {
  readonly cases: number;
  readonly recall: number;
  readonly recallIn14Days: number | null;
  readonly delayMedian: number | null;
  readonly delayDaysMedian: number | null;
  readonly earlyDelayMedian: number | null;
  readonly earlyDelayDaysMedian: number | null;
  readonly onsetErrorMedian: number | null;
  readonly duplicatesPerHit: number | null;
  readonly recoveredShare: number | null;
  readonly falselyNamed: number;
  readonly confusion: Readonly<Record<string, number>>;
}

type Variants = Readonly<Record<string, VariantFigures>>;
type Streams = "duration" | "failure" | "silence" | "point";

interface DatasetRow {
  readonly label: string;
  readonly backgrounds?: number;
  readonly headline: number | null;
  readonly duration: number | null;
  readonly failure: number | null;
  readonly point: number | null;
}

/** What `score.mjs --json` says, as far as it is used. */
export interface Scored {
  readonly headline: number | null;
  readonly headlineByStream: Readonly<Record<Streams, number | null>>;
  readonly cleanRuns: number;
  readonly falseAlarms: Readonly<Record<Streams, { readonly count: number; readonly per1000: number | null }>>;
  readonly controls: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly intervals: Readonly<
    Record<"headline" | Streams | "young" | "macroDuration" | "actionsDuration", Range>
  > | null;
  readonly byDataset: {
    readonly rows: readonly DatasetRow[];
    readonly macro: DatasetRow;
    readonly actionsOnly: DatasetRow;
  };
  readonly young: {
    readonly recall: number;
    readonly falseAlarms: { readonly per1000: number };
    readonly variants: Variants;
  } | null;
  readonly suspected: {
    readonly per1000: number;
    readonly all: { readonly confirmedShare: number | null };
  } | null;
  readonly outside: { readonly per1000: number | null };
  readonly variants: Variants;
  readonly variantsAtHeadline: Variants;
  readonly atBudget: readonly {
    readonly budget: number;
    readonly duration: number | null;
    readonly failure: number | null;
  }[];
}

export interface RawRow {
  readonly label: string;
  readonly series: number;
  readonly runs: number;
  readonly alerts: number;
  readonly per1000: number;
  readonly durationPer1000: number;
  readonly failurePer1000: number;
  readonly durationPrecision: number | null;
  readonly durationByChance: number | null;
  readonly realDurationPer1000: number | null;
  readonly failurePrecision: number | null;
  readonly failureByChance: number | null;
  readonly realFailurePer1000: number | null;
  readonly perRepositoryWeek: number | null;
  readonly incidentsPerRepositoryWeek: number | null;
  readonly ownIncidentsPerRepositoryWeek: number | null;
  readonly youngShare: number | null;
  readonly minutesPerWeek: { readonly median: number } | null;
}

/** What `score-raw.mjs --json` says, as far as it is used. */
export interface RawScored {
  readonly rows: readonly RawRow[];
  readonly actionsOnly: RawRow;
  readonly all: RawRow;
}

/** A line of the contract. */
export interface FindingLine {
  readonly series: string;
  readonly kind: string;
  readonly incident?: string | number;
  readonly state?: string;
  readonly score?: number;
  readonly detected_at_run: number | string;
}

export function runNode({ folder }: Protocol, script: string, args: readonly string[]): string {
  return execFileSync(process.execPath, [join(folder, script), ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 29,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

/** A detector's command over files: `{in}`, `{observed}` and `{out}` are replaced, as the protocol does. */
export function fillIn(command: string, input: string, observed: string, out: string): string {
  return command.replaceAll("{in}", input).replaceAll("{observed}", observed).replaceAll("{out}", out);
}

export function runDetector(command: string, input: string, observed: string, out: string): void {
  rmSync(out, { force: true });
  execSync(fillIn(command, input, observed, out), { stdio: ["ignore", "ignore", "inherit"] });
}

export function readLines<Line>(path: string, isWanted: (line: Line) => boolean = () => true): readonly Line[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Line)
    .filter(isWanted);
}

const STREAMS: Readonly<Record<string, "duration" | "failure">> = {
  "duration-regression": "duration",
  "duration-improvement": "duration",
  "failure-rate": "failure",
};
const WARM_UP = 60;

export interface TruthRow {
  readonly series: string;
  readonly family: string;
  readonly segment: string;
  /** Where in its background it begins. */
  readonly offset: number;
  readonly runs: number;
  readonly first_run: number;
  readonly incidents: readonly { readonly start_run: number }[];
}

interface ToldAlert {
  readonly stream: "duration" | "failure";
  /** The highest of all its words. */
  readonly score: number;
}

/** Alerts about durations and failures in the histories of one family, one for each incident id. */
function alertsIn(family: string, truth: readonly TruthRow[], findings: readonly FindingLine[]): readonly ToldAlert[] {
  const own = new Set(truth.filter((one) => one.family === family).map(({ series }) => series));
  const alerts = new Map<string, ToldAlert>();
  for (const [place, { series, kind, incident, state, score = 0 }] of findings.entries()) {
    const stream = STREAMS[kind];
    if (state !== undefined || stream === undefined || !own.has(series)) continue;
    const key = `${series} ${incident ?? `line ${place}`}`;
    const known = alerts.get(key);
    alerts.set(key, { stream: known?.stream ?? stream, score: Math.max(score, known?.score ?? score) });
  }
  return [...alerts.values()];
}

function watchedRuns(family: string, truth: readonly TruthRow[]): number {
  return truth.reduce((sum, one) => sum + (one.family === family ? Math.max(0, one.runs - WARM_UP) : 0), 0);
}

export type Cuts = Readonly<Record<"duration" | "failure", number>>;

/** The scores at which the protocol cuts durations and failures to a budget of false alarms: found the same way, for its whole histories. */
export function cutsFor(truth: readonly TruthRow[], findings: readonly FindingLine[], per1000: number): Cuts {
  const allowed = (per1000 * watchedRuns("none", truth)) / 1000;
  const clean = alertsIn("none", truth, findings);
  const cut = (stream: ToldAlert["stream"]): number =>
    scoreCut(
      clean.filter((one) => one.stream === stream).map(({ score }) => score),
      allowed,
    );
  return { duration: cut("duration"), failure: cut("failure") };
}

/** Duration alerts per 1000 runs of a control, above the cut. */
export function controlPer1000(
  family: string,
  truth: readonly TruthRow[],
  findings: readonly FindingLine[],
  cuts: Cuts,
): number | null {
  const watched = watchedRuns(family, truth);
  const told = alertsIn(family, truth, findings).filter(
    ({ stream, score }) => stream === "duration" && score > cuts.duration,
  );
  return watched === 0 ? null : (1000 * told.length) / watched;
}

const AFTER_RUNS = 40;

/**
 * Of the histories of a family in which a lasting duration alert follows the incident, those in which it does on the clean background at the
 * same place, too: nothing that was put in is the cause there.
 */
export function toldAnyway(
  family: string,
  truth: readonly TruthRow[],
  findings: readonly FindingLine[],
  cuts: Cuts,
): { readonly told: number; readonly anyway: number } {
  const alerts = Map.groupBy(
    findings.filter(
      ({ kind, state, score = 0 }) => STREAMS[kind] === "duration" && state === undefined && score > cuts.duration,
    ),
    ({ series }) => series,
  );
  const clean = new Map(truth.filter((one) => one.family === "none").map((one) => [one.segment, one]));
  const isTold = ({ series, first_run: firstRun }: TruthRow, from: number): boolean =>
    (alerts.get(series) ?? []).some(({ detected_at_run: atRun }) => {
      const place = Number(atRun) - firstRun;
      return place >= from && place <= from + AFTER_RUNS;
    });
  const told = truth.filter((one) => one.family === family && isTold(one, one.incidents[0]!.start_run - one.first_run));
  const anyway = told.filter((one) =>
    isTold(clean.get(one.segment)!, one.incidents[0]!.start_run - one.first_run + one.offset),
  );
  return { told: told.length, anyway: anyway.length };
}
