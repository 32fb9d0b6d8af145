import {
  type ChangeEvent,
  DEFAULT_LEVEL_OPTIONS,
  DEFAULT_RATE_OPTIONS,
  DEFAULT_SILENCE_OPTIONS,
  type FailureVerdictsState,
  failureVerdicts,
  levelDetector,
  type LevelState,
  type Reading,
  rateDetector,
  type RateState,
  type RunMark,
  type RunVerdict,
  type Series,
  type Siblings,
  silenceDetector,
  type SilenceState,
  softeningMs,
  type SpreadPrior,
} from "@oddrun/core";
import { type Accepted, acceptLevel, acceptRate, acceptSilence } from "./detect-changes-accept.ts";

/** One run as a series is shown it. */
export interface SeriesRun {
  readonly mark: RunMark;
  readonly headSha: string | null;
}

/** What people said of one series. */
export interface SeriesFeedback {
  /** Factors on its thresholds, each from an instant on, oldest first; what the first one is held before, too. */
  readonly bars: readonly BarSince[];
  readonly accepted: readonly { readonly changeNumber: number; readonly acceptedAtMs: number }[];
}

export interface BarSince {
  readonly bar: number;
  readonly fromMs: number;
}

export const NO_BARS: readonly BarSince[] = [{ bar: 1, fromMs: 0 }];

/** All that is kept of one series; plain JSON. */
export type SeriesState =
  | {
      readonly kind: "level";
      readonly detector: LevelState;
      readonly prior: SpreadPrior | null;
      /** What its siblings were told of it last. */
      readonly noted: { readonly spread: number; readonly runCount: number } | null;
      readonly bars: readonly BarSince[];
    }
  | {
      readonly kind: "rate";
      readonly detector: RateState;
      readonly verdicts: FailureVerdictsState;
      /** When the latest flaky runs failed. */
      readonly flakyAtMs: readonly number[];
      readonly bars: readonly BarSince[];
    }
  | { readonly kind: "silence"; readonly detector: SilenceState; readonly bars: readonly BarSince[] };

export interface Moment {
  readonly nowMs: number;
  /** Until when it is known which runs came. */
  readonly listenedUntilMs: number;
}

/** Watches one series, run by run in order of completion. */
export interface SeriesWatch {
  observe(reading: Reading, run: SeriesRun): readonly ChangeEvent[];
  /** What there is to say at this moment, when no further run has come. */
  check(moment: Moment): readonly ChangeEvent[];
  state(): SeriesState;
  /** Whether there may be something to say of it though no run comes. */
  isOpen(): boolean;
}

export interface SeriesWatchOptions {
  readonly series: Series;
  readonly id: string;
  readonly siblings: Siblings;
  readonly feedback: SeriesFeedback;
}

/** Before these runs of its own a young series asks its siblings again how much it may scatter. */
const ASKS_SIBLINGS_AT = new Set([0, 5, 10, 14, 20, 30, 45]);
/** ... and tells them after these, then after every so many further ones. */
const TELLS_SIBLINGS_AT = new Set([15, 20, 30, 45]);
const TELLS_SIBLINGS_EVERY = 60;
/** More flaky runs since one onset are not counted. */
const FLAKY_KEPT = 100;

export function watchSeries(options: SeriesWatchOptions, state: SeriesState | null): SeriesWatch {
  const { measure } = options.series;
  if (measure === "failure") return watchRate(options, state?.kind === "rate" ? state : null);
  if (measure === "schedule") return watchSilence(options, state?.kind === "silence" ? state : null);
  return watchLevel(options, state?.kind === "level" ? state : null);
}

type StateOf<Kind extends SeriesState["kind"]> = Extract<SeriesState, { readonly kind: Kind }>;

function watchLevel({ series, id, siblings, feedback }: SeriesWatchOptions, state: StateOf<"level"> | null) {
  const softening = softeningMs(series);
  let prior = state?.prior ?? null;
  let noted = state?.noted ?? null;
  const optionsAt = (bar: number) => ({
    ...DEFAULT_LEVEL_OPTIONS,
    ...(prior === null ? {} : { scalePrior: prior.spread, scalePriorRuns: prior.weight }),
    bar,
  });
  const revive = (saved: LevelState | undefined, bar: number) =>
    levelDetector({ options: optionsAt(bar), ...(saved === undefined ? {} : { state: saved }) });
  const byPeople = peopleSay(feedback, acceptLevel, revive, state?.detector);
  let runCount = state?.detector.runCount ?? 0;

  const askSiblings = (): void => {
    const found = siblings.priorOf(series, id);
    if (found === null || (found.spread === prior?.spread && found.weight === prior.weight)) return;
    prior = found;
    byPeople.reviveNow();
  };
  const tellSiblings = (): void => {
    const { law } = byPeople.detector.state();
    if (law === null) return;
    noted = { spread: Math.sqrt(law.scale2), runCount };
    siblings.note(series, id, noted.spread, runCount);
  };
  const hardened = (event: ChangeEvent): ChangeEvent =>
    softening === 0 ? event : { ...event, usual: event.usual - softening, level: event.level - softening };

  return {
    observe(reading: Reading, { mark }: SeriesRun) {
      if (reading.kind !== "level") return [];
      const before = byPeople.before(mark);
      if (ASKS_SIBLINGS_AT.has(runCount)) askSiblings();
      const events = byPeople.detector.observe({ value: reading.value + softening, mark });
      runCount++;
      if (TELLS_SIBLINGS_AT.has(runCount) || runCount % TELLS_SIBLINGS_EVERY === 0) tellSiblings();
      if (before.length === 0 && events.length === 0) return events;
      return [...before, ...events].map(hardened);
    },
    check: ({ nowMs }: Moment) => byPeople.after(nowMs).map(hardened),
    state: () => ({ kind: "level" as const, detector: byPeople.detector.state(), prior, noted, bars: feedback.bars }),
    isOpen: () => false,
  };
}

function watchRate({ feedback }: SeriesWatchOptions, state: StateOf<"rate"> | null) {
  const verdicts = failureVerdicts(state === null ? {} : { state: state.verdicts });
  const revive = (saved: RateState | undefined, bar: number) =>
    rateDetector({ options: { ...DEFAULT_RATE_OPTIONS, bar }, ...(saved === undefined ? {} : { state: saved }) });
  const byPeople = peopleSay(feedback, acceptRate, revive, state?.detector);
  let flakyAtMs = state?.flakyAtMs ?? [];
  const withFlaky = (event: ChangeEvent): ChangeEvent => ({
    ...event,
    flakyCount: flakyAtMs.filter((atMs) => atMs >= event.onset.atMs).length,
  });
  const take = (known: readonly RunVerdict[]): ChangeEvent[] =>
    known.flatMap(({ hasFailed, isFlaky, mark, knownAtMs }) => {
      const before = byPeople.before({ ...mark, atMs: knownAtMs });
      if (isFlaky) flakyAtMs = [...flakyAtMs, mark.atMs].slice(-FLAKY_KEPT);
      const said = byPeople.detector.observe({ hasFailed, mark });
      // said when the verdict was known, which of a failure is later than its end
      return [...before, ...said.map((event) => ({ ...event, at: { ...event.at, atMs: knownAtMs } }))].map(withFlaky);
    });
  return {
    observe: (reading: Reading, { mark, headSha }: SeriesRun) =>
      reading.kind === "verdict" ? take(verdicts.add({ hasFailed: reading.hasFailed, mark, headSha })) : [],
    check: ({ nowMs, listenedUntilMs }: Moment) => [
      ...take(verdicts.passTime(listenedUntilMs)),
      ...byPeople.after(nowMs).map(withFlaky),
    ],
    state: () => ({
      kind: "rate" as const,
      flakyAtMs,
      detector: byPeople.detector.state(),
      verdicts: verdicts.state(),
      bars: feedback.bars,
    }),
    isOpen: () => verdicts.state().held.length > 0,
  };
}

function watchSilence({ feedback }: SeriesWatchOptions, state: StateOf<"silence"> | null) {
  const revive = (saved: SilenceState | undefined, bar: number) =>
    silenceDetector({ options: { ...DEFAULT_SILENCE_OPTIONS, bar }, ...(saved === undefined ? {} : { state: saved }) });
  const byPeople = peopleSay(feedback, acceptSilence, revive, state?.detector);
  return {
    observe: (reading: Reading, { mark }: SeriesRun) =>
      reading.kind === "start"
        ? [...byPeople.before(mark), ...byPeople.detector.observe({ startedAtMs: reading.startedAtMs, mark })]
        : [],
    check: ({ nowMs, listenedUntilMs }: Moment) => [
      ...byPeople.detector.check(listenedUntilMs),
      ...byPeople.after(nowMs),
    ],
    state: () => ({ kind: "silence" as const, detector: byPeople.detector.state(), bars: feedback.bars }),
    isOpen: () => true,
  };
}

/** A detector under what people say: a bar that changes at an instant, and changes that are accepted at others. */
function peopleSay<State, Detector extends { state(): State }>(
  { bars, accepted }: SeriesFeedback,
  accept: (state: State, changeNumber: number, atMs: number) => Accepted<State> | null,
  revive: (state: State | undefined, bar: number) => Detector,
  saved: State | undefined,
) {
  let place = 0;
  let detector = revive(saved, bars[0]!.bar);
  let awaited = [...accepted].sort((one, other) => one.acceptedAtMs - other.acceptedAtMs);

  const apply = (untilMs: number): readonly ChangeEvent[] => {
    while (place + 1 < bars.length && bars[place + 1]!.fromMs < untilMs) {
      place++;
      detector = revive(detector.state(), bars[place]!.bar);
    }
    if (awaited.length === 0 || awaited[0]!.acceptedAtMs >= untilMs) return [];
    const due = awaited.filter(({ acceptedAtMs }) => acceptedAtMs < untilMs);
    awaited = awaited.slice(due.length);
    return due.flatMap(({ changeNumber, acceptedAtMs }) => {
      const found = accept(detector.state(), changeNumber, acceptedAtMs);
      if (found === null) return [];
      detector = revive(found.state, bars[place]!.bar);
      return [found.event];
    });
  };

  return {
    get detector() {
      return detector;
    },
    /** Before a run: what people said up to its end. */
    before: (mark: RunMark) => apply(mark.atMs),
    after: (nowMs: number) => apply(nowMs + 1),
    reviveNow() {
      detector = revive(detector.state(), bars[place]!.bar);
    },
  };
}
