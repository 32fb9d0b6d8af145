import { DIGEST_AGE_MS, digestDueMs, type Incident } from "@oddrun/core";
import type { Logger } from "../ports.ts";
import { problem } from "../problems.ts";
import type { Settings } from "../settings/settings.ts";
import { adoptMirrored } from "./adopt-mirrored.ts";
import type { AlertChannel } from "./alert-channel.ts";
import type { AlertMirror, MirroredIncident } from "./alert-mirror.ts";
import type { AlertsStep, AlertStore, StoredAlerts } from "./alert-store.ts";
import type { AlertsPass, OrderInPass, SaidInPass, UnsaidInPass } from "./alerts-pass.ts";
import { carryOutOrders } from "./carry-out-orders.ts";
import { channelScopes, inboxNameOf } from "./channel-scopes.ts";
import { deliverAlerts, giveUpForGone } from "./deliver-alerts.ts";
import { missedAlerts, type NewAlertsDeps, newAlerts, threadsAfter } from "./new-alerts.ts";
import { noteDeliveries } from "./note-deliveries.ts";
import { planStoredAlerts, type PlanStoredDeps } from "./plan-stored-alerts.ts";

export interface RunAlertsDeps extends PlanStoredDeps, NewAlertsDeps {
  /** Where issues tell what was said; null where nothing does. */
  readonly mirror: AlertMirror | null;
  readonly log: Logger;
  readonly now: () => number;
  /** A person started it: what was refused is asked again at once. */
  readonly isByHand?: boolean;
}

export interface RunAlertsOptions {
  /** Where the store is, for messages: ".oddrun". */
  readonly place: string;
  readonly settings: Pick<Settings, "alerts" | "watch">;
  /**
   * Of a new store: when the last pass began that a lost one had seen, null where there was none. What was told before is the past, and
   * is pushed to nobody.
   */
  readonly watchedBeforeMs: number | null;
}

const DAY_MS = 86_400_000;
/** Incidents and issues that were over earlier say nothing more. */
const BACK_MS = 120 * DAY_MS;
/** Another process that plans at the same time is given way to. */
const TRIES_MAX = 5;

/**
 * One pass over the alerts: what issues tell is taken over and people's orders are carried out; what is due by now is planned and kept,
 * with its payload, before anybody is told; then it is delivered, and issues note what other channels have. A pass may be killed anywhere,
 * repeated, skipped, or run beside another one: the next one goes on.
 *
 * Problem: "store-busy" where another process keeps planning.
 */
export async function runAlerts(deps: RunAlertsDeps, options: RunAlertsOptions): Promise<AlertsPass> {
  const { store, mirror, channels, signal } = deps;
  const mirrored = mirror === null ? [] : await readMirror(deps, mirror);
  const isFirst = (await store.storedAlerts()).watchingSinceMs === null;
  const pass = { orders: [] as readonly OrderInPass[], said: [] as SaidInPass[], unsaid: [] as UnsaidInPass[] };
  await adopt(deps, options, mirrored);
  if (mirror !== null) {
    pass.orders = await carryOutOrders({ store, mirror }, await threadsAt(deps, mirrored), deps.now());
  }
  await giveUpForGone(deps);
  const planned = signal.aborted ? null : await planAndKeep(deps, options);
  // what issues show is safe from being said twice: they come first
  for (const isIssue of [true, false]) {
    const isFor = ({ kind }: AlertChannel): boolean => (kind === "github-issue") === isIssue;
    if (!channels.some(isFor) || signal.aborted) continue;
    const delivered = await deliverAlerts(deps, await store.storedAlerts(), isFor);
    pass.said.push(...delivered.said);
    pass.unsaid.push(...delivered.unsaid);
    if (mirror !== null) await noteDeliveries({ store, mirror, channels });
  }
  const { watchingSinceMs } = await store.storedAlerts();
  return {
    watchingSinceMs: watchingSinceMs ?? deps.now(),
    isFirst,
    ...pass,
    held: planned ?? [],
    isComplete: planned !== null && !signal.aborted,
  };
}

interface MirroredRepository {
  readonly id: number;
  readonly fullName: string;
  readonly issues: readonly MirroredIncident[];
}

async function readMirror({ store, now }: RunAlertsDeps, mirror: AlertMirror): Promise<readonly MirroredRepository[]> {
  const all: MirroredRepository[] = [];
  for (const { id, fullName } of await store.repositories()) {
    // only GitHub's own repositories have issues
    if (id > 0) all.push({ id, fullName, issues: await mirror.read(fullName, { sinceMs: now() - BACK_MS }) });
  }
  return all;
}

const recentIncidents = ({ store, now }: RunAlertsDeps): Promise<readonly Incident[]> =>
  store.incidents({ sinceMs: now() - BACK_MS }, now());

async function adopt(
  deps: RunAlertsDeps,
  { settings, watchedBeforeMs, place }: RunAlertsOptions,
  mirrored: readonly MirroredRepository[],
): Promise<void> {
  const { store, channels, now } = deps;
  const incidents = await recentIncidents(deps);
  const issueChannel = channels.find(({ kind }) => kind === "github-issue")?.name ?? "github-issue";
  const names = new Map(mirrored.map(({ id, fullName }) => [id, fullName]));
  await keepStep(store, place, (stored) => {
    const adopted = adoptMirrored({
      stored,
      mirrored: mirrored.flatMap(({ issues }) => issues),
      incidents,
      issueChannel,
      nowMs: now(),
      inboxName: (id, scope) => inboxNameOf(id, scope, names.get(id)),
    });
    const begun = stored.watchingSinceMs === null ? beginning(settings.alerts.digest, watchedBeforeMs, now()) : {};
    const step = { ...begun, ...adopted };
    return Promise.resolve(Object.keys(step).length === 0 ? null : step);
  });
}

/** Watching begins now, or goes on where a lost store had come to: what was too young for that one's last digest is for the next. */
function beginning(digest: Settings["alerts"]["digest"], watchedBeforeMs: number | null, nowMs: number) {
  const watchingSinceMs = Math.min(nowMs, watchedBeforeMs ?? nowMs);
  const isResumed = watchedBeforeMs !== null && digest !== null;
  return {
    watchingSinceMs,
    digestsSinceMs: isResumed ? digestDueMs(digest, watchingSinceMs) - DIGEST_AGE_MS : watchingSinceMs,
  };
}

/** Decides on what the store holds, again where another process was quicker, and keeps it. */
async function keepStep(
  store: AlertStore,
  place: string,
  decide: (stored: StoredAlerts) => Promise<Omit<AlertsStep, "fromVersion"> | null>,
): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const stored = await store.storedAlerts();
    const step = await decide(stored);
    if (step === null || (await store.keepAlerts({ fromVersion: stored.version, ...step }))) return;
  }
  throw problem("store-busy", place);
}

async function threadsAt({ store }: RunAlertsDeps, mirrored: readonly MirroredRepository[]) {
  const { threads } = await store.storedAlerts();
  return mirrored.flatMap(({ id, fullName: repository, issues }) =>
    issues.flatMap((issue) => {
      const thread = threads.find(({ identity, receipt }) => identity.repositoryId === id && receipt === issue.receipt);
      return thread === undefined ? [] : [{ repository, issue, thread }];
    }),
  );
}

/** Plans, composes and keeps what is due; gives what is held, null when it was stopped. */
async function planAndKeep(deps: RunAlertsDeps, { settings, place }: RunAlertsOptions) {
  const { store, channels, now } = deps;
  let held: AlertsPass["held"] | null = null;
  await keepStep(store, place, async (stored) => {
    const nowMs = now();
    const incidents = await recentIncidents(deps);
    const scopes = channelScopes(channels, await store.repositories(), await store.workflowActivity());
    const planned = await planStoredAlerts(deps, {
      stored,
      incidents,
      settings,
      scopes,
      watchingSinceMs: stored.watchingSinceMs ?? nowMs,
      digestsSinceMs: stored.digestsSinceMs,
      nowMs,
    });
    held = planned?.plan.held ?? null;
    if (planned === null) return null;
    const { plan, decided } = planned;
    const byNumber = new Map(incidents.map((incident) => [incident.number, incident]));
    const given = { stored, scopes, byNumber };
    const alerts = [...(await newAlerts(deps, plan.due, given)), ...(await missedAlerts(deps, given, nowMs))];
    const threads = threadsAfter(stored, plan.moved, plan.due, byNumber);
    const { digestsDone } = plan;
    const changed = [alerts, threads, Object.keys(digestsDone), Object.keys(decided)];
    return changed.every(({ length }) => length === 0) ? null : { alerts, threads, digestsDone, ...decided };
  });
  return held;
}
