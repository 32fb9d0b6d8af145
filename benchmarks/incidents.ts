import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { amendIncidents, type IncidentRecord, incidentAt, seriesOf } from "@oddrun/core";
import { type LargeIncident, largeOrganisation } from "@oddrun/core/simulation";
import { groupedPast } from "./budget/grouped-past.ts";
import { largeReadings, plantedFor } from "./budget/large-organisation.ts";
import { machine } from "./machine.ts";

/**
 * Holds incidents against what was planted: whether one cause is one incident. `node benchmarks/incidents.ts` writes
 * results/incidents.md and .json.
 */
const SEEDS = [1, 2, 3, 4, 5];
const HOUR_MS = 3_600_000;

interface Figures {
  readonly seed: number;
  readonly changeCount: number;
  readonly incidentCount: number;
  /** Planted causes of which a change was told. */
  readonly causeCount: number;
  /** ... all of whose changes are one incident's. */
  readonly wholeCount: number;
  /** ... at least nine in ten of whose changes are. */
  readonly nearlyWholeCount: number;
  /** Incidents with changes of more than one planted cause. */
  readonly mixedCount: number;
  readonly fleetCount: number;
  readonly fleetRepositories: number;
  /** Share of the fleet's changes that are in the fleet-wide incident. */
  readonly fleetShare: number | null;
  readonly fleetAfterHours: number | null;
  /** How long after the fleet was over that was said, in hours; null where it was not. */
  readonly fleetRecoveredHours: number | null;
  /** Fleet-wide incidents of which most changes have another cause, or none. */
  readonly falseFleetCount: number;
}

function measure(seed: number): Figures {
  const organisation = largeOrganisation({ seed, startMs: Date.UTC(2026, 0, 5), steps: false });
  const { words, series, untilMs } = groupedPast(largeReadings(organisation));
  const activity = [...series.values()].map(({ series: { repositoryId }, firstAtMs, lastAtMs }) => ({
    repositoryId,
    firstMs: firstAtMs,
    lastMs: lastAtMs,
  }));
  const incidents = amendIncidents({
    known: [],
    nextNumber: 1,
    words,
    activity,
    latenessMs: 0,
  });
  const causes = new Map<LargeIncident, Map<number, number>>();
  let mixedCount = 0;
  let changeCount = 0;
  for (const record of incidents) {
    const here = causesIn(record, organisation.truth);
    changeCount += here.length;
    const planted = new Set(here.filter((cause) => cause !== undefined));
    if (planted.size > 1) mixedCount++;
    for (const cause of here) {
      if (cause === undefined) continue;
      const counts = causes.get(cause) ?? new Map<number, number>();
      counts.set(record.number, (counts.get(record.number) ?? 0) + 1);
      causes.set(cause, counts);
    }
  }
  const own = [...causes].filter(([cause]) => cause.kind !== "fleet-slower").map(([, counts]) => [...counts.values()]);
  const share = (counts: readonly number[]): number =>
    Math.max(...counts) / counts.reduce((sum, each) => sum + each, 0);
  const fleets = incidents.filter((record) => incidentAt(record, untilMs).isFleetWide);
  const fleet = organisation.truth.find(({ kind }) => kind === "fleet-slower")!;
  const isTrue = (record: IncidentRecord): boolean => {
    const here = causesIn(record, organisation.truth);
    return here.filter((cause) => cause === fleet).length > here.length / 2;
  };
  const trueFleet = fleets.find(isTrue);
  const ofFleet = incidents.flatMap((record) =>
    toldOf(record)
      .filter((change) => causeOf(change, organisation.truth) === fleet)
      .map(({ seriesId }) => ({ record, repositoryId: seriesOf(seriesId).repositoryId })),
  );
  const saidAtMs = trueFleet?.history.find(({ what }) => what === "fleet-wide")?.atMs;
  return {
    seed,
    changeCount,
    incidentCount: incidents.filter((record) => toldOf(record).length > 0).length,
    causeCount: own.length,
    wholeCount: own.filter((counts) => counts.length === 1).length,
    nearlyWholeCount: own.filter((counts) => share(counts) >= 0.9).length,
    mixedCount,
    fleetCount: fleets.length,
    fleetRepositories: new Set(ofFleet.map(({ repositoryId }) => repositoryId)).size,
    fleetShare:
      trueFleet === undefined ? null : ofFleet.filter(({ record }) => record === trueFleet).length / ofFleet.length,
    fleetAfterHours: saidAtMs === undefined ? null : (saidAtMs - fleet.onsetMs) / HOUR_MS,
    fleetRecoveredHours: recoveredAfterHours(trueFleet, fleet, untilMs),
    falseFleetCount: fleets.filter((record) => !isTrue(record)).length,
  };
}

function recoveredAfterHours(record: IncidentRecord | undefined, fleet: LargeIncident, untilMs: number): number | null {
  if (record === undefined) return null;
  const { state, overAtMs } = incidentAt(record, untilMs);
  return state === "recovered" ? (overAtMs! - fleet.endMs!) / HOUR_MS : null;
}

const toldOf = ({ changes, history }: IncidentRecord) => {
  const told = new Set(
    history
      .filter(({ what, change }) => what === "told" && change !== null)
      .map(({ change }) => `${change!.changeNumber} ${change!.seriesId}`),
  );
  return changes.filter(({ changeNumber, seriesId }) => told.has(`${changeNumber} ${seriesId}`));
};

const causesIn = (record: IncidentRecord, truth: readonly LargeIncident[]) =>
  toldOf(record).map((change) => causeOf(change, truth));

/** A job that another one's slow step did not touch has the fleet's cause, or none. */
function causeOf({ seriesId, first }: Told, truth: readonly LargeIncident[]): LargeIncident | undefined {
  const { scope, job } = seriesOf(seriesId);
  const touched = truth.filter(({ jobName }) => scope !== "job" || jobName === null || jobName === job);
  return plantedFor(touched, seriesId, first);
}

type Told = ReturnType<typeof toldOf>[number];

function main(): void {
  const figures = SEEDS.map(measure);
  const rows = figures.map((each) =>
    [
      each.seed,
      each.changeCount,
      each.incidentCount,
      each.causeCount,
      each.wholeCount,
      each.nearlyWholeCount,
      each.mixedCount,
      each.fleetCount - each.falseFleetCount,
      each.fleetRepositories,
      each.fleetShare === null ? "-" : `${Math.round(each.fleetShare * 100)} %`,
      each.fleetAfterHours === null ? "-" : Math.round(each.fleetAfterHours),
      each.fleetRecoveredHours === null ? "-" : Math.round(each.fleetRecoveredHours),
      each.falseFleetCount,
    ].join(" | "),
  );
  const text = `# Incidents against planted causes

Made by \`node benchmarks/incidents.ts\` on ${machine()}. The simulated organisation of 60 repositories, 400 workflows and 4,000 jobs over eight weeks;
every series of runs and jobs at its own threshold, without a budget. A told change belongs to the planted cause whose workflow, job, measure and time it fits, else to none.

| seed | changes told | incidents | causes told | in one incident | nine in ten changes in one | incidents of two causes | fleet found | repositories in it | its changes in the incident | hours after its onset | its end, hours after it | false fleets |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${rows.map((row) => `| ${row} |`).join("\n")}
`;
  const folder = join(import.meta.dirname, "results");
  writeFileSync(join(folder, "incidents.md"), text);
  writeFileSync(join(folder, "incidents.json"), `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(text);
}

main();
