import {
  type AlertDelays,
  type AlertPromise,
  delaysIn,
  type HindsightRecord,
  type IncidentKind,
  kindOfChange,
  type PromisedPush,
  promiseAlerts,
  type PushBudget,
  type PushCandidate,
  seriesOf,
  sureness,
} from "@oddrun/core";
import type { RunFilter } from "../ports.ts";
import { problem } from "../problems.ts";
import { readStoredPast, type StoredPast, type StoredPastDeps, workflowKey } from "./replay-store-past.ts";

export interface ReplayStoreOptions {
  /** Where the runs are kept, for messages: ".oddrun". */
  readonly place: string;
  readonly budget: PushBudget;
  readonly filter: RunFilter;
  /** For the places of injected slowdowns. */
  readonly seed: number;
}

/** A change in words that a reader knows: where, what, how much. */
export interface ToldChange {
  readonly repository: string;
  /** "" of the runners of a repository. */
  readonly workflow: string;
  readonly branches: string;
  readonly event: string;
  readonly scope: "run" | "job" | "step" | "runner";
  readonly job: string;
  readonly kind: IncidentKind;
  readonly measure: string;
  readonly usual: number;
  readonly level: number;
  readonly extraMinutesAWeek: number | null;
  /** 0 to 1: the chance that it is real in hindsight. */
  readonly sureness: number;
  /** Further series that changed with it. */
  readonly alsoCount: number;
}

export interface ReplayedPush extends ToldChange {
  /** Counted in this replay: the stored incidents have numbers of their own. */
  readonly incidentNumber: number;
  readonly inbox: string;
  readonly atMs: number;
  readonly hindsight: PromisedPush["hindsight"];
}

export interface ReplayedInbox extends Omit<AlertPromise["inboxes"][number], "inbox"> {
  /** "octo/shop", or "organisation octo". */
  readonly inbox: string;
}

export interface ReplayStoreReport {
  readonly runCount: number;
  readonly repositoryCount: number;
  readonly budget: PushBudget;
  readonly fromMs: number;
  readonly checkFromMs: number;
  readonly untilMs: number;
  readonly tunedWeeks: number;
  readonly checkedWeeks: number;
  /** Those of organisations first. */
  readonly inboxes: readonly ReplayedInbox[];
  readonly pushes: readonly ReplayedPush[];
  readonly digestCount: number;
  readonly delays: readonly AlertDelays[];
}

/** A third of less than this is too little to check anything on. */
const WEEKS_MIN = 3;
const WEEK_MS = 7 * 24 * 3_600_000;

/**
 * What alerts would have done on the stored past: tuned on its older two thirds, checked on the newest third. Null when it was
 * stopped.
 *
 * Problems: "no-runs" when the store is empty, "no-such-runs" when the filter fits none, "short-history" with less than three weeks.
 */
export async function replayStore(
  deps: StoredPastDeps,
  { place, budget, filter, seed }: ReplayStoreOptions,
): Promise<ReplayStoreReport | null> {
  if ((await deps.store.countRuns()) === 0) throw problem("no-runs", place);
  const stored = await readStoredPast(deps, filter);
  if (!stored.isComplete) return null;
  if (stored.runCount === 0) throw problem("no-such-runs", Object.values(filter).join(", "), place);
  const { past, firstMs: fromMs, lastMs } = stored;
  const untilMs = lastMs + 1;
  const weeks = (untilMs - fromMs) / WEEK_MS;
  if (weeks < WEEKS_MIN) throw problem("short-history", weeks * 7, WEEKS_MIN, place);
  const checkFromMs = fromMs + ((untilMs - fromMs) * 2) / 3;
  deps.progress("counting what would have been pushed");
  const organisationOf = (id: number): string | null => stored.repositories.get(id)?.split("/")[0] ?? null;
  const promise = promiseAlerts(past, { budget, organisationOf, fromMs, checkFromMs, untilMs });
  deps.progress("injecting slowdowns");
  const { plan } = promise;
  const delays = delaysIn([...past.series.values()], { plan, checkFromMs, untilMs, seed });
  const inboxes = promise.inboxes.map((one) => ({ ...one, inbox: inboxName(stored, one.inbox) }));
  return {
    runCount: stored.runCount,
    repositoryCount: stored.repositories.size,
    budget,
    fromMs,
    checkFromMs,
    untilMs,
    tunedWeeks: promise.tunedWeeks,
    checkedWeeks: promise.checkedWeeks,
    inboxes: inboxes.sort((one, other) => Number(isShared(other)) - Number(isShared(one))),
    pushes: promise.pushes.map((push) => toldPush(stored, push)),
    digestCount: promise.digestCount,
    delays,
  };
}

const isShared = ({ inbox }: { readonly inbox: string }): boolean => inbox.startsWith("organisation ");

export function inboxName({ repositories }: Pick<StoredPast, "repositories">, inbox: string): string {
  const [, id] = /^repository (-?\d+)$/.exec(inbox) ?? [];
  return id === undefined ? inbox : (repositories.get(Number(id)) ?? inbox);
}

function toldPush(stored: StoredPast, push: PromisedPush): ReplayedPush {
  const { incidentId, inbox, atMs, hindsight, candidate, seriesId } = push;
  const incidentNumber = Number(incidentId);
  return {
    ...toldChange(stored, candidate, seriesId),
    incidentNumber,
    inbox: inboxName(stored, inbox),
    atMs,
    hindsight,
  };
}

/** The change that stands for an incident: the one that decided, else the dearest. */
export function toldChange(
  stored: Pick<StoredPast, "repositories" | "workflows">,
  { members }: PushCandidate,
  decidingId: string | null,
  record?: HindsightRecord,
): ToldChange {
  const dearest = [...members].sort(
    (one, other) => Math.abs(other.extraMinutesAWeek ?? 0) - Math.abs(one.extraMinutesAWeek ?? 0),
  )[0]!;
  const member = members.find(({ seriesId }) => seriesId === decidingId) ?? dearest;
  const { repositoryId, workflowId, branches, event, scope, measure, job } = seriesOf(member.seriesId);
  return {
    repository: stored.repositories.get(repositoryId) ?? "",
    workflow: stored.workflows.get(workflowKey(repositoryId, workflowId)) ?? "",
    branches,
    event,
    scope,
    job,
    measure,
    kind: kindOfChange({ measure }, member.event),
    usual: member.event.usual,
    level: member.event.level,
    extraMinutesAWeek: member.extraMinutesAWeek,
    sureness: sureness(member.event, measure === "failure" ? "failure" : "level", record),
    alsoCount: members.length - 1,
  };
}
