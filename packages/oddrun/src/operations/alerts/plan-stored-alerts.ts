import {
  type AlertInbox,
  type AlertPlan,
  DEFAULT_BAR_OPTIONS,
  type Inbox,
  type Incident,
  leadingChanges,
  openSinceMs,
  planAlerts,
  planOfWeek,
  type PushCandidate,
  pushCandidates,
  seriesOf,
  weekBefore,
  type Workflow,
} from "@oddrun/core";
import { readSeries } from "../budget/replay-store-past.ts";
import type { ChangeStore, StoredChange } from "../changes/change-store.ts";
import type { CollectionStore } from "../collect/collection-store.ts";
import type { IncidentStore, WorkflowActivity } from "../incidents/incident-store.ts";
import type { RunStore } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { isWatched } from "../settings/watched-workflow.ts";
import { saidMessage, threadsOf } from "./adopt-mirrored.ts";
import type { AlertsStep, AlertStore, StoredAlerts } from "./alert-store.ts";
import { type ChannelScopes, ownerOf } from "./channel-scopes.ts";

export interface PlanStoredDeps {
  readonly store: RunStore & ChangeStore & IncidentStore & AlertStore & Pick<CollectionStore, "workflowsOf">;
  readonly signal: { readonly aborted: boolean };
  readonly progress: (line: string) => void;
}

export interface PlanStoredInput {
  readonly stored: StoredAlerts;
  readonly incidents: readonly Incident[];
  readonly settings: Pick<Settings, "alerts" | "watch">;
  readonly scopes: ChannelScopes;
  readonly watchingSinceMs: number;
  readonly digestsSinceMs: number;
  readonly nowMs: number;
}

const DAY_MS = 86_400_000;
/** As far back as bars are tuned on, and what they need before that. */
const BACK_MS = 40 * 7 * DAY_MS;
/** A job that changed alone is looked at for so long whether it has lasted, and so often: each look reads all runs of some months. */
const LASTING_MS = 14 * DAY_MS;
const LOOK_AGAIN_MS = DAY_MS / 4;

/** What is to be said of what is stored, and how far that is decided now. Null when it was stopped. */
export async function planStoredAlerts(
  deps: PlanStoredDeps,
  input: PlanStoredInput,
): Promise<{ readonly plan: AlertPlan; readonly decided: Pick<AlertsStep, "decidedPlace" | "lookedAtMs"> } | null> {
  const { store } = deps;
  const { stored, incidents, settings, scopes, watchingSinceMs, nowMs } = input;
  const said = await store.changes();
  const activity = await store.workflowActivity();
  const repositories = new Map((await store.repositories()).map(({ id, fullName }) => [id, fullName]));
  const fresh = freshIn(input, said);
  const isNewTo = incidents.filter((incident) => isUndecided(input, incident));
  const mayBecomeDear = isNewTo.some((incident) => isAlone(input, incident));
  const isLookDue = mayBecomeDear && nowMs - stored.lookedAtMs >= LOOK_AGAIN_MS;
  const wanted = isNewTo.filter((one) => fresh.has(one.number) || (isLookDue && isAlone(input, one)));
  const looked = wanted.length === 0 ? NOTHING_LOOKED_AT : await lookAt(deps, input, { said, wanted, repositories });
  if (looked === null) return null;
  const { budget } = settings.alerts;
  const inboxesOf = (repositoryId: number): readonly AlertInbox[] =>
    scopes.inboxesOf(repositoryId).map(({ name, scope }) => ({
      ...(looked.inboxesOf(repositoryId).find((inbox) => inbox.name === name) ?? BARE),
      name,
      scope,
      pushesAWeek: scope === "repository" ? budget.repositoryAWeek : budget.organisationAWeek,
    }));
  const digestSaid = stored.alerts.filter(({ word }) => word === "digest");
  const plan = planAlerts({
    repositoryIds: [...repositories.keys()],
    incidents,
    candidates: looked.candidates,
    words: said,
    ledger: {
      threads: threadsOf(stored),
      digests: Object.fromEntries(
        Object.entries(stored.digestsDone).map(([inbox, doneMs]) => [
          inbox,
          { doneMs, said: digestSaid.filter((alert) => alert.inbox === inbox).map(saidMessage) },
        ]),
      ),
      digestsSinceMs: input.digestsSinceMs,
    },
    inboxesOf,
    isWatched: watchedSeries(settings, await store.workflowsOf([...repositories.keys()])),
    lastRunMs: (incident) => lastRunMs(incident, activity),
    rules: settings.alerts,
    watchingSinceMs,
    nowMs,
  });
  // that a job is still not dear enough is no decision
  const held = plan.held.filter(({ word, incidentNumber }) => word !== "new" || fresh.has(incidentNumber));
  const decidedPlace = said.at(-1)?.place ?? 0;
  const decided = {
    ...(decidedPlace === stored.decidedPlace ? {} : { decidedPlace }),
    ...(isLookDue ? { lookedAtMs: nowMs } : {}),
  };
  return { plan: { ...plan, held }, decided };
}

const NOTHING_LOOKED_AT = { candidates: [], inboxesOf: (): readonly Inbox[] => [] } as const;
const BARE = { bars: new Map<string, number>(), barOfOthers: Math.max(...Object.values(DEFAULT_BAR_OPTIONS.barMin)) };

/** Incidents of which something was told that no pass has decided on. */
function freshIn({ stored, incidents }: PlanStoredInput, said: readonly StoredChange[]): ReadonlySet<number> {
  const fresh = new Set(said.filter(({ place }) => place > stored.decidedPlace).map(keyOf));
  return new Set(
    incidents.filter(({ changes }) => changes.some((each) => fresh.has(changeKey(each)))).map(({ number }) => number),
  );
}

/** Whether an incident may be new to somebody. */
function isUndecided({ watchingSinceMs }: PlanStoredInput, incident: Incident): boolean {
  const isHeard = ["new", "grown", "ongoing"].includes(incident.state);
  return isHeard && (openSinceMs(incident) ?? 0) > watchingSinceMs;
}

/** Whether only jobs or runners changed: they may become dear enough without another word. */
function isAlone({ stored, nowMs }: PlanStoredInput, incident: Incident): boolean {
  if (stored.threads.some(({ incidentNumber }) => incidentNumber === incident.number)) return false;
  if (nowMs - (openSinceMs(incident) ?? 0) >= LASTING_MS) return false;
  return incident.changes.every(({ standing, series }) => standing !== "told" || series.scope !== "run");
}

const changeKey = ({ seriesId, changeNumber }: { readonly seriesId: string; readonly changeNumber: number }): string =>
  `${changeNumber} ${seriesId}`;
const keyOf = ({ seriesId, event }: StoredChange): string => changeKey({ seriesId, changeNumber: event.changeNumber });

interface Looked {
  readonly candidates: readonly PushCandidate[];
  readonly inboxesOf: (repositoryId: number) => readonly Inbox[];
}

/** Reads the runs behind what is to be decided: what each change costs, and the bars of this week. */
async function lookAt(
  deps: PlanStoredDeps,
  { settings, incidents, nowMs }: PlanStoredInput,
  {
    said,
    wanted,
    repositories,
  }: {
    readonly said: readonly StoredChange[];
    readonly wanted: readonly Incident[];
    readonly repositories: ReadonlyMap<number, string>;
  },
): Promise<Looked | null> {
  const read = await readSeries(deps, { sinceMs: nowMs - BACK_MS, untilMs: nowMs + 1 }, false);
  if (!read.isComplete) return null;
  const { series, firstMs: fromMs } = read;
  const all = pushCandidates({ series, words: said, incidents });
  const { budget } = settings.alerts;
  const organisationOf = (id: number): string | null => ownerOf(repositories.get(id));
  const { inboxesOf } = planOfWeek({ series }, all, { budget, organisationOf, fromMs, weekMs: weekBefore(nowMs) });
  const candidates = wanted.flatMap(({ number, changes }) => {
    const latest = all.findLast(({ incidentId }) => incidentId === String(number));
    const open = new Set(changes.filter(({ standing }) => standing === "told").map(changeKey));
    if (latest === undefined) return [];
    const members = latest.members.filter(({ seriesId, event }) =>
      open.has(changeKey({ seriesId, changeNumber: event.changeNumber })),
    );
    return [{ ...latest, members }];
  });
  return { candidates, inboxesOf };
}

/** Runners serve all branches. What came without its branch cannot be told to be of another. */
function watchedSeries(
  settings: Pick<Settings, "watch">,
  workflows: readonly Workflow[],
): (seriesId: string) => boolean {
  const { branches: which } = settings.watch;
  const unwatched = new Set(
    workflows.filter((one) => !isWatched(one, settings)).map(({ repositoryId, id }) => `${repositoryId}/${id}`),
  );
  return (seriesId) => {
    const { repositoryId, workflowId, branches } = seriesOf(seriesId);
    const isOfBranch = which === "all" || branches === "default" || branches === "unknown";
    return isOfBranch && !unwatched.has(`${repositoryId}/${workflowId}`);
  };
}

/** When a run last ended that could tell more: of a silence any of the repository, for its own does not come. */
function lastRunMs(incident: Incident, activity: readonly WorkflowActivity[]): number | null {
  const leading = leadingChanges(incident.changes).map(({ series }) => series);
  const ended = activity.filter(({ repositoryId, workflowId }) =>
    leading.some(
      (series) =>
        series.repositoryId === repositoryId &&
        (series.workflowId === workflowId || series.workflowId === 0 || series.measure === "schedule"),
    ),
  );
  return ended.length === 0 ? null : Math.max(...ended.map(({ lastMs }) => lastMs));
}
