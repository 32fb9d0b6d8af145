import { type Incident, isImprovement, type PriceTable, type Repository } from "@oddrun/core";
import type { CollectionStore } from "../collect/collection-store.ts";
import type { ExplainStore } from "../explain/explain-store.ts";
import type { IncidentStore } from "../incidents/incident-store.ts";
import { type IncidentNames, namesIn } from "../incidents/incidents-names.ts";
import type { RunFilter, RunStore } from "../ports.ts";
import { costByItsRuns, costByItsWords, type IncidentCost } from "./report-changes-cost.ts";
import { type ChangePicture, pictureOf } from "./report-changes-picture.ts";
import { contextRuns } from "../odd-runs/report-context-runs.ts";

export type ReportChangesStore = RunStore &
  IncidentStore &
  ExplainStore &
  Pick<CollectionStore, "workflowsOf" | "collectionState">;

export interface ReportedIncident {
  readonly incident: Incident;
  readonly cost: IncidentCost;
  /** null where the runs it would show are not stored, or are of too many places. */
  readonly picture: ChangePicture | null;
  /** Up to when runs tell of it. */
  readonly knownUntilMs: number;
}

export interface ChangesReport {
  /** What is wrong now, the dearest first. */
  readonly open: readonly ReportedIncident[];
  /** Open ones that are better than usual. */
  readonly better: readonly ReportedIncident[];
  /** The dearest of the whole history, those that are over among them. */
  readonly dearest: readonly ReportedIncident[];
  readonly openCount: number;
  readonly suspectedCount: number;
  readonly overCount: number;
  readonly names: IncidentNames;
  readonly nowMs: number;
}

export interface ReportChangesOptions {
  readonly filter: RunFilter;
  readonly prices: PriceTable;
  /** Taken for repositories of which it was never told; null leaves it unknown. */
  readonly otherwiseVisibility: Repository["visibility"];
  readonly limit: number;
  readonly nowMs: number;
}

const DEAREST_MAX = 5;
/** Runs are read for so many more than are shown: by its words alone a cost is told only roughly. */
const CANDIDATES = 15;
const WITHOUT_COST: ReadonlySet<Incident["state"]> = new Set(["rejected", "withdrawn", "merged", "suspected"]);

/** What has changed: what is wrong now, and what has been the dearest, whether anybody was told of it or not. */
export async function reportChanges(store: ReportChangesStore, options: ReportChangesOptions): Promise<ChangesReport> {
  const { filter, limit, nowMs } = options;
  const { repository, workflow, sinceMs } = filter;
  const all = await store.incidents(
    {
      ...(repository === undefined ? {} : { repository }),
      ...(workflow === undefined ? {} : { workflow }),
      ...(sinceMs === undefined ? {} : { sinceMs }),
    },
    nowMs,
  );
  const names = await namesIn(store, all);
  const visibilities = new Map((await store.repositories()).map(({ id, visibility }) => [id, visibility]));
  const lastSeen = Map.groupBy(await store.workflowActivity(), (each) => each.repositoryId);
  const collected = await collectedAt(store, all);
  /** What lasts is known to last until the last run that came, and no longer; of a schedule until somebody last looked. */
  const knownUntilMs = (incident: Incident): number => {
    const ends = incident.repositoryIds.flatMap((id) => (lastSeen.get(id) ?? []).map(({ lastMs }) => lastMs));
    if (ends.length === 0) return nowMs;
    const lookedMs = incident.kind === "silent" ? (collected.get(incident.repositoryId) ?? 0) : 0;
    return Math.min(nowMs, Math.max(...ends, lookedMs, incident.onsetMs));
  };
  const known = new Map<Incident, ReportedIncident>();
  const look = async (incident: Incident): Promise<ReportedIncident> => {
    const found = known.get(incident);
    if (found !== undefined) return found;
    const untilMs = knownUntilMs(incident);
    const runs = await contextRuns(store, incident, names, untilMs);
    const visibility = visibilities.get(incident.repositoryId) ?? options.otherwiseVisibility;
    const cost = costByItsRuns(incident, runs, { prices: options.prices, visibility, untilMs });
    const reported = { incident, cost, picture: pictureOf(incident, runs, untilMs), knownUntilMs: untilMs };
    known.set(incident, reported);
    return reported;
  };
  const lookAt = async (incidents: readonly Incident[], count: number) => {
    const roughCost = (incident: Incident): number =>
      Math.abs(costByItsWords(incident, knownUntilMs(incident)).minutesSoFar ?? 0);
    const roughly = incidents
      .map((incident) => ({ incident, minutes: roughCost(incident) }))
      .toSorted((one, other) => other.minutes - one.minutes)
      .map(({ incident }) => incident);
    const looked: ReportedIncident[] = [];
    // one after the other: each reads some hundreds of runs
    for (const incident of roughly.slice(0, count)) looked.push(await look(incident));
    return looked;
  };
  const isBetter = ({ kind }: Incident): boolean => isImprovement(kind);
  const open = all.filter(({ isOver, state }) => !isOver && state !== "suspected");
  const lasting = all.filter((incident) => !WITHOUT_COST.has(incident.state) && !isBetter(incident));
  return {
    open: (
      await lookAt(
        open.filter((each) => !isBetter(each)),
        limit,
      )
    ).toSorted(byWeeklyCost),
    better: (await lookAt(open.filter(isBetter), limit)).toSorted(byWeeklyCost),
    dearest: (await lookAt(lasting, DEAREST_MAX + CANDIDATES))
      .filter(({ cost }) => (cost.minutesSoFar ?? 0) > 0)
      .toSorted((one, other) => other.cost.minutesSoFar! - one.cost.minutesSoFar!)
      .slice(0, DEAREST_MAX),
    openCount: open.length,
    suspectedCount: all.filter(({ state }) => state === "suspected").length,
    overCount: all.filter(({ isOver, state }) => isOver && state !== "merged" && state !== "withdrawn").length,
    names,
    nowMs,
  };
}

/** When the repositories whose schedules fell silent were last collected to the end; none where they never were. */
async function collectedAt(
  store: ReportChangesStore,
  incidents: readonly Incident[],
): Promise<ReadonlyMap<number, number>> {
  const at = new Map<number, number>();
  for (const { kind, repositoryId } of incidents) {
    if (kind !== "silent" || at.has(repositoryId)) continue;
    const { completedAtMs } = await store.collectionState(repositoryId, "");
    if (completedAtMs !== null) at.set(repositoryId, completedAtMs);
  }
  return at;
}

const byWeeklyCost = (one: ReportedIncident, other: ReportedIncident): number =>
  Math.abs(other.cost.minutesAWeek ?? 0) - Math.abs(one.cost.minutesAWeek ?? 0) ||
  other.incident.number - one.incident.number;
