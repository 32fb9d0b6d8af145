import {
  type ChangeWord,
  type Decision,
  type Incident,
  incidentAt,
  type IncidentEvent,
  type IncidentRecord,
} from "../incidents/index.ts";
import { type ChangeEvent, seriesId, seriesOf } from "../change-points/index.ts";
import type { PushCandidate } from "../alert-budget/index.ts";
import { planAlerts } from "./plan-alerts.ts";
import type { AlertThread, SaidMessage } from "./alert-thread.ts";
import { identityOf } from "./incident-identity.ts";
import type { AlertInbox, AlertPlan, AlertRules, DueAlert } from "./plan-input.ts";

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;
/** A Monday. */
export const START = Date.UTC(2026, 0, 5);
export const at = (day: number): number => START + day * DAY_MS;

/** What happens to one incident, by days: a word about its one change, or a person's decision. */
export interface Happening {
  readonly day: number;
  readonly what: ChangeEvent["state"] | Decision | "fleet-wide" | "merged";
  /** Times the usual level. */
  readonly times?: number;
  readonly score?: number;
  readonly untilDay?: number;
  readonly into?: number;
}

export interface PlannedIncident {
  readonly number: number;
  readonly repositoryId?: number;
  readonly happenings: readonly Happening[];
}

const seriesOfIncident = (number: number, repositoryId: number): string =>
  seriesId({
    repositoryId,
    workflowId: 100 + number,
    branches: "default",
    event: "push",
    scope: "run",
    measure: "duration",
    job: "",
    part: "",
  });

const WORDS: readonly string[] = ["suspected", "told", "grown", "recovered", "settled", "withdrawn"];
const isWord = (what: string): what is ChangeEvent["state"] => WORDS.includes(what);

function wordsOf({ number, repositoryId = 1, happenings }: PlannedIncident, untilMs: number): readonly ChangeWord[] {
  const onset = { runId: 1, runAttempt: 1, atMs: at(happenings[0]!.day) - HOUR_MS };
  return happenings.flatMap(({ day, what, times = 2, score = 4 }) =>
    isWord(what) && at(day) <= untilMs
      ? [
          {
            seriesId: seriesOfIncident(number, repositoryId),
            event: {
              state: what,
              changeNumber: 1,
              direction: "up",
              onset,
              at: { runId: 1, runAttempt: 1, atMs: at(day) },
              usual: 60_000,
              level: 60_000 * times,
              score,
              runCount: 12,
              isYoung: false,
            },
          },
        ]
      : [],
  );
}

function incidentOf(planned: PlannedIncident, nowMs: number): Incident | null {
  const { number, repositoryId = 1, happenings } = planned;
  const words = wordsOf(planned, nowMs);
  const [first] = words;
  if (first === undefined) return null;
  const change = { seriesId: first.seriesId, changeNumber: 1 };
  const history = happenings
    .filter(({ day }) => at(day) <= nowMs)
    .map(
      ({ day, what, untilDay, into }, index): IncidentEvent => ({
        place: index + 1,
        what,
        atMs: at(day),
        who: isWord(what) ? "oddrun" : "ada",
        isCorrection: false,
        note: null,
        change: isWord(what) ? change : null,
        untilMs: untilDay === undefined ? null : at(untilDay),
        other: into ?? null,
      }),
    );
  const anchorMs = first.event.onset.atMs;
  const record: IncidentRecord = {
    number,
    repositoryId,
    family: "more time",
    anchorMs,
    slackMs: 0,
    openedAtMs: first.event.at.atMs,
    changes: [{ ...change, first: first.event, latest: words.at(-1)!.event }],
    history,
  };
  return incidentAt(record, nowMs);
}

export interface World {
  readonly incidents: readonly PlannedIncident[];
  readonly rules?: Partial<AlertRules>;
  readonly pushesAWeek?: number;
  readonly watchingSinceMs?: number;
  /** Days without any run. */
  readonly quietFromDay?: number;
  /** One inbox for all repositories beside that of each. */
  readonly isShared?: boolean;
  /** Incidents of workflows that the settings do not watch. */
  readonly unwatched?: readonly number[];
}

const RULES: AlertRules = { remindAfterDays: 14, digest: null, stormFrom: 10, improvements: false };

/** A store, a GitHub and passes over them, without any I/O: what is planned is delivered at once unless told otherwise. */
export function alertWorld(world: World) {
  const {
    incidents: planned,
    pushesAWeek = 1,
    quietFromDay = Number.POSITIVE_INFINITY,
    isShared = false,
    unwatched = [],
  } = world;
  const rules = { ...RULES, ...world.rules };
  const repositoryIds = [...new Set(planned.map(({ repositoryId = 1 }) => repositoryId))];
  let watchingSinceMs = world.watchingSinceMs ?? START;
  let digestsSinceMs = watchingSinceMs;
  let decidedMs = 0;
  let threads: readonly AlertThread[] = [];
  let digests: Record<string, { doneMs: number; said: readonly SaidMessage[] }> = {};
  /** All that was ever said, as people see it. */
  const said: DueAlert[] = [];
  const inboxesOf = (repositoryId: number): readonly AlertInbox[] => {
    const own = { name: `repository ${repositoryId}`, scope: "repository" as const };
    const all = { name: "organisation octo", scope: "organisation" as const };
    return (isShared ? [own, all] : [own]).map((inbox) => ({ ...inbox, pushesAWeek, bars: new Map(), barOfOthers: 1 }));
  };

  const candidatesAt = (incidents: readonly Incident[], nowMs: number): readonly PushCandidate[] =>
    incidents.flatMap(({ number, repositoryId, changes }) =>
      changes.some(({ latest }) => latest.at.atMs > decidedMs && latest.at.atMs <= nowMs)
        ? [
            {
              incidentId: String(number),
              repositoryId,
              atMs: nowMs,
              members: changes
                .filter(({ standing }) => standing === "told")
                .map((change) => ({
                  seriesId: change.seriesId,
                  event: change.latest,
                  extraMinutesAWeek: (change.latest.level - change.latest.usual) / 1000,
                  runsSinceTold: 12,
                })),
            },
          ]
        : [],
    );

  const plan = (nowMs: number): AlertPlan => {
    const incidents = planned.flatMap((one) => incidentOf(one, nowMs) ?? []);
    return planAlerts({
      repositoryIds,
      incidents,
      candidates: candidatesAt(incidents, nowMs),
      words: planned.flatMap((one) => wordsOf(one, nowMs)),
      ledger: { threads, digests, digestsSinceMs },
      inboxesOf,
      isWatched: (id) => !unwatched.includes(seriesOf(id).workflowId - 100),
      lastRunMs: () => Math.min(nowMs, at(quietFromDay)),
      rules,
      watchingSinceMs,
      nowMs,
    });
  };

  const keep = (made: AlertPlan, nowMs: number, deliveredAtMs: number | null): void => {
    const byNumber = new Map(planned.flatMap((one) => incidentOf(one, nowMs) ?? []).map((one) => [one.number, one]));
    for (const { key, incidentNumber } of made.moved) {
      threads = threads.map((thread) => (thread.key === key ? { ...thread, incidentNumber } : thread));
    }
    for (const due of made.due) {
      const { id, word, scope, key, incidentNumbers, atMs } = due;
      const message = { id, word, scope, plannedAtMs: atMs, deliveredAtMs, isGivenUp: false, incidentNumbers };
      said.push(due);
      if (word === "digest") {
        const known = digests[due.inbox]?.said ?? [];
        digests[due.inbox] = { doneMs: atMs, said: [...known, message] };
        continue;
      }
      const first = byNumber.get(incidentNumbers[0]!)!;
      const known = threads.find((thread) => thread.key === key);
      const thread = known ?? { key, identity: identityOf(first), incidentNumber: first.number, said: [] };
      threads = [...threads.filter((one) => one !== known), { ...thread, said: [...thread.said, message] }];
    }
    for (const [inbox, doneMs] of Object.entries(made.digestsDone)) {
      digests[inbox] = { doneMs, said: digests[inbox]?.said ?? [] };
    }
    decidedMs = nowMs;
  };

  return {
    said,
    plan: (day: number): AlertPlan => plan(at(day)),
    /** A pass: what it says, as "word incident". */
    pass(day: number, { delivered = true }: { readonly delivered?: boolean } = {}): readonly string[] {
      const nowMs = at(day);
      const made = plan(nowMs);
      keep(made, nowMs, delivered ? nowMs : null);
      return made.due.map(({ word, incidentNumbers }) => `${word} ${incidentNumbers.join(",")}`);
    },
    /** What waited arrives. */
    deliver(day: number): void {
      threads = threads.map((thread) => ({
        ...thread,
        said: thread.said.map((one) => ({ ...one, deliveredAtMs: one.deliveredAtMs ?? at(day) })),
      }));
    },
    /** The store is gone; threads are known from what people can see, digests are not. */
    lose(lastPassDay: number): void {
      watchingSinceMs = at(lastPassDay);
      digestsSinceMs = at(lastPassDay);
      decidedMs = 0;
      digests = {};
    },
    threads: () => threads,
  };
}
