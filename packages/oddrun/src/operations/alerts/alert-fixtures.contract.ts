import {
  type ChangeEvent,
  type ChangeState,
  type HindsightRecord,
  type Incident,
  type IncidentRecord,
  incidentAt,
  type MinutesAccount,
  type Series,
  seriesId,
  type Suspect,
} from "@oddrun/core";
import type { ChangeExplanation } from "../explain/explain-change.ts";
import type { StoredRun } from "../ports.ts";
import type { IncidentCost } from "../report/report-changes-cost.ts";
import type { AlertMaterial } from "./compose-alert.ts";

const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
/** 2026-11-03 10:12 UTC, when what the tests tell of began. */
export const ONSET_MS = Date.UTC(2026, 10, 3, 10, 12);
const [BEFORE_SHA, ONSET_SHA] = [
  "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  "9fceb02d0ae598e95dc970b74767f19372d61af8",
];

/** What things are called: what tests put hostile names into. */
export interface AlertNames {
  readonly repository: string;
  readonly workflow: string;
  readonly path: string | null;
  readonly job: string;
  readonly step: string;
  readonly branch: string;
  readonly labels: string;
  readonly title: string;
}

export const NAMES: AlertNames = {
  repository: "octo-org/shop",
  workflow: "CI",
  path: ".github/workflows/ci.yml",
  job: "test (ubuntu-24.04, 22)",
  step: "npm test",
  branch: "main",
  labels: "ubuntu-24.04",
  title: "Bump the test runner",
};

/** All names of one alert are this one. */
export const everywhere = (name: string): AlertNames => ({
  repository: name,
  workflow: name,
  path: name,
  job: name,
  step: name,
  branch: name,
  labels: name,
  title: name,
});

export interface AlertCase {
  readonly number?: number;
  readonly names?: AlertNames;
  readonly series?: Partial<Series>;
  readonly event?: Partial<ChangeEvent>;
  readonly cost?: Partial<IncidentCost>;
  readonly record?: HindsightRecord | null;
  readonly explanation?: Partial<ChangeExplanation> | null;
  readonly nowMs?: number;
  /** A second change, of a job, that moved with it. */
  readonly hasJob?: boolean;
}

/** An incident with all that there is to say of it: runs of a workflow take 18 min and took 12, for a step that grew. */
export function aMaterial(given: AlertCase = {}): AlertMaterial {
  const names = given.names ?? NAMES;
  const incident = anIncident(given);
  const { series, latest: event } = incident.changes[0]!;
  return {
    explained: {
      incident,
      names: { repository: () => names.repository, workflow: () => names.workflow },
      explanation:
        given.explanation === null
          ? null
          : {
              change: { series, event, endedAtMs: null },
              onset: aRun(names),
              lastBefore: null,
              commits: { from: BEFORE_SHA, to: ONSET_SHA, isOneBranch: true },
              usualRunCount: 40,
              sinceRunCount: event.runCount,
              ...accountOf(names),
              failures: null,
              suspects: suspectsOf(names),
              unknown: [],
              ...given.explanation,
            },
    },
    cost: {
      minutesAWeek: 342,
      minutesSoFar: 440,
      usdAWeek: 2.05,
      runsAWeek: 57,
      missedRunCount: null,
      changeCount: 1,
      isCounted: true,
      ...given.cost,
    },
    record: given.record ?? null,
    repository: { id: 7, fullName: names.repository, webUrl: "https://github.com" },
    workflow: { id: 70, name: names.workflow, path: names.path },
  };
}

export function anIncident({
  number = 7,
  names = NAMES,
  series = {},
  event = {},
  nowMs,
  hasJob = false,
}: AlertCase = {}): Incident {
  const whole: Series = {
    repositoryId: 7,
    workflowId: 70,
    branches: "default",
    event: "push",
    scope: "run",
    measure: "duration",
    job: "",
    part: "",
    ...series,
  };
  const first: ChangeEvent = {
    state: "told",
    changeNumber: 1,
    direction: "up",
    onset: { runId: 17_204_118_006, runAttempt: 1, atMs: ONSET_MS },
    at: { runId: 17_204_190_042, runAttempt: 1, atMs: ONSET_MS + 3 * DAY_MS },
    usual: 12 * MINUTE_MS,
    level: 18 * MINUTE_MS,
    score: 1.3,
    runCount: 24,
    isYoung: false,
  };
  const latest: ChangeEvent = { ...first, ...event };
  // what is told only is as it was first told
  const told: ChangeEvent = latest.state === "told" ? latest : first;
  const ofJob: Series = { ...whole, scope: "job", job: names.job };
  const all = hasJob ? [whole, ofJob] : [whole];
  const changes = all.map((one) => ({ seriesId: seriesId(one), changeNumber: 1, first: told, latest }));
  const words: readonly ChangeState[] = latest.state === "told" ? ["told"] : ["told", latest.state];
  const record: IncidentRecord = {
    number,
    repositoryId: whole.repositoryId,
    family: "more time",
    anchorMs: ONSET_MS,
    slackMs: 0,
    openedAtMs: told.at.atMs,
    changes,
    history: words.flatMap((what, at) =>
      changes.map(({ seriesId: id }, place) => ({
        place: at * changes.length + place + 1,
        what: what as IncidentRecord["history"][number]["what"],
        atMs: at === 0 ? told.at.atMs : latest.at.atMs,
        who: "oddrun",
        isCorrection: false,
        note: null,
        change: { seriesId: id, changeNumber: 1 },
        untilMs: null,
        other: null,
      })),
    ),
  };
  return incidentAt(record, nowMs ?? latest.at.atMs);
}

function aRun(names: AlertNames): StoredRun {
  const run: Partial<StoredRun> = {
    repositoryId: 7,
    repositoryName: names.repository,
    webUrl: "https://github.com",
    workflowId: 70,
    workflowName: names.workflow,
    runId: 17_204_118_006,
    runAttempt: 1,
    branch: names.branch,
    event: "push",
    headSha: ONSET_SHA,
    title: names.title,
  };
  return run as StoredRun;
}

function accountOf({ job, step, labels }: AlertNames): Pick<ChangeExplanation, "account" | "cause"> {
  const part = {
    kind: "work",
    job,
    step,
    labels: null,
    ms: 5 * MINUTE_MS,
    beforeMs: 4 * MINUTE_MS,
    afterMs: 9 * MINUTE_MS,
  } as const;
  const queue = { kind: "queue", job, step: null, labels, ms: MINUTE_MS, beforeMs: 0, afterMs: MINUTE_MS } as const;
  const account: MinutesAccount = {
    detail: "steps",
    beforeMs: 12 * MINUTE_MS,
    afterMs: 18 * MINUTE_MS,
    differenceMs: 6 * MINUTE_MS,
    errorMs: 12_000,
    beforeRuns: 20,
    afterRuns: 12,
    parts: [part, queue],
    pathMoves: [],
    unexplainedMs: 0,
  };
  return { account, cause: { kind: "part", part, share: 5 / 6 } };
}

function suspectsOf({ job, step, labels }: AlertNames): readonly Suspect[] {
  const counts = { before: { runCount: 40, newCount: 0 }, since: { runCount: 24, newCount: 24 }, offsetRuns: 0 };
  return [
    { kind: "runner-image", jobs: [job], step: null, from: "20261020.1", to: labels, score: 6, ...counts },
    { kind: "action", jobs: [], step, from: "v4", to: "v5", score: 5, ...counts },
    { kind: "commits", jobs: [], step: null, from: BEFORE_SHA, to: ONSET_SHA, score: 1, ...counts },
  ];
}
