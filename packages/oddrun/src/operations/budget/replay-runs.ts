import {
  type ChangeEvent,
  type Conclusion,
  DEFAULT_HISTORY_OPTIONS,
  entersFailureRate,
  isFailure,
  levelDetector,
  ownHistory,
  type RunMark,
  rateDetector,
  silenceDetector,
} from "@oddrun/core";

/** One run of a history that is replayed; each series is a world of its own. */
export interface ReplayRun {
  readonly series: string;
  readonly mark: RunMark;
  readonly startedAtMs: number;
  readonly isScheduled: boolean;
  readonly durationMs: number | null;
  readonly conclusion: Conclusion | null;
}

/** A line of the replay protocol's findings file; docs/detection.md has the contract. */
export interface ReplayFinding {
  readonly series: string;
  readonly kind:
    | "duration-regression"
    | "duration-improvement"
    | "failure-rate"
    | "silence"
    | "duration-spike"
    | "duration-drop";
  readonly detected_at_run: number;
  readonly detected_at?: string;
  readonly onset_run: number;
  /** Ratio to the usual duration, or rise of the failure rate. */
  readonly magnitude: number;
  readonly score: number;
  readonly incident?: string;
  readonly state?: "suspected" | "withdrawn" | "recovered";
}

export interface ReplaySummary {
  readonly runCount: number;
  readonly seriesCount: number;
  /** Alerts, notes and other lines, by kind. */
  readonly findings: Readonly<Record<string, number>>;
  readonly isComplete: boolean;
}

export interface ReplayDeps {
  readonly write: (findings: readonly ReplayFinding[]) => Promise<void>;
  readonly progress: (line: string) => void;
  readonly signal: { readonly aborted: boolean };
}

/** A run that took no time has no logarithm. */
const MS_MIN = 1;

/**
 * Goes through histories run by run, in the order in which they are given, with the detectors of `detect`, and writes all that they
 * say. Each run is judged by runs before it alone. Each attempt's verdict counts as it comes, for the runs name no commit on
 * which a failure might prove flaky; and no series asks another one how much it may scatter.
 */
export async function replayRuns(
  runs: AsyncIterable<readonly ReplayRun[]>,
  observedUntilMs: ReadonlyMap<string, number>,
  { write, progress, signal }: ReplayDeps,
): Promise<ReplaySummary> {
  const watched = new Map<string, SeriesWatch>();
  const counts: Record<string, number> = {};
  let runCount = 0;
  const said = async (findings: readonly ReplayFinding[]): Promise<void> => {
    for (const { kind, state } of findings) {
      const name = state === undefined ? kind : `${kind}, ${state}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    if (findings.length > 0) await write(findings);
  };
  const watchOf = (series: string): SeriesWatch => {
    const known = watched.get(series) ?? seriesWatch(series);
    watched.set(series, known);
    return known;
  };
  for await (const block of runs) {
    if (signal.aborted) break;
    const findings: ReplayFinding[] = [];
    for (const run of block) watchOf(run.series).observe(run, findings);
    runCount += block.length;
    await said(findings);
    progress(`replayed ${runCount} runs of ${watched.size} series`);
  }
  const late: ReplayFinding[] = [];
  for (const [series, untilMs] of observedUntilMs) watched.get(series)?.end(untilMs, late);
  await said(late);
  return { runCount, seriesCount: watched.size, findings: counts, isComplete: !signal.aborted };
}

interface SeriesWatch {
  observe(run: ReplayRun, findings: ReplayFinding[]): void;
  /** The series was watched until then. */
  end(untilMs: number, findings: ReplayFinding[]): void;
}

function seriesWatch(series: string): SeriesWatch {
  const durations = levelDetector();
  const failures = rateDetector();
  const schedule = silenceDetector();
  const singles = ownHistory(DEFAULT_HISTORY_OPTIONS.duration);
  /** Odd runs in a row, with their side as the sign; from the third on they are one note, which the protocol calls an incident. */
  let inARow = 0;
  let noteNumber = 0;

  const addSingle = (ms: number, { runId }: RunMark, findings: ReplayFinding[]): void => {
    const x = Math.log(ms);
    const deviation = singles.read(x);
    const distance = deviation?.distance ?? 0;
    const isOdd = distance >= DEFAULT_HISTORY_OPTIONS.longerMin || -distance >= DEFAULT_HISTORY_OPTIONS.shorterMin;
    singles.learn(x, isOdd);
    if (!isOdd) {
      inARow = 0;
      return;
    }
    const side = Math.sign(distance);
    inARow = Math.sign(inARow) === side ? inARow + side : side;
    if (Math.abs(inARow) < 3) noteNumber++;
    findings.push({
      series,
      kind: distance > 0 ? "duration-spike" : "duration-drop",
      detected_at_run: runId,
      onset_run: runId,
      magnitude: rounded(Math.exp(x - deviation!.range.usual)),
      score: rounded(Math.abs(distance)),
      incident: `n${noteNumber}`,
    });
  };

  return {
    observe({ mark, startedAtMs, isScheduled, durationMs, conclusion }, findings) {
      // run again by hand is no start of the schedule
      if (isScheduled && mark.runAttempt === 1) {
        for (const event of schedule.observe({ startedAtMs, mark })) addEvent(series, "silence", event, findings);
      }
      if (!entersFailureRate(conclusion)) return;
      const hasFailed = isFailure(conclusion);
      for (const event of failures.observe({ hasFailed, mark })) addEvent(series, "failure-rate", event, findings);
      // A re-run of failed jobs does a part of the work: its duration is no example of the whole.
      if (hasFailed || durationMs === null || mark.runAttempt > 1) return;
      const value = Math.max(MS_MIN, durationMs);
      addSingle(value, mark, findings);
      for (const event of durations.observe({ value, mark })) {
        const kind = event.direction === "up" ? "duration-regression" : "duration-improvement";
        addEvent(series, kind, event, findings);
      }
    },
    end(untilMs, findings) {
      for (const event of schedule.check(untilMs)) addEvent(series, "silence", event, findings);
    },
  };
}

function addEvent(series: string, kind: ReplayFinding["kind"], event: ChangeEvent, findings: ReplayFinding[]): void {
  // The protocol has no word for a level that became the usual one.
  if (event.state === "settled") return;
  const isAlert = event.state === "told" || event.state === "grown";
  findings.push({
    series,
    kind,
    detected_at_run: event.at.runId,
    ...(kind === "silence" && isAlert ? { detected_at: new Date(event.at.atMs).toISOString() } : {}),
    onset_run: event.onset.runId,
    magnitude: rounded(kind === "failure-rate" ? event.level - event.usual : event.level / event.usual),
    score: rounded(event.score),
    incident: `${kind === "failure-rate" ? "f" : kind === "silence" ? "s" : "d"}${event.changeNumber}`,
    ...(event.state === "told" || event.state === "grown" ? {} : { state: event.state }),
  });
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
