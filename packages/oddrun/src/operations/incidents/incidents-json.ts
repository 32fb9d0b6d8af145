import { type ChangeStanding, type Incident, incidentName } from "@oddrun/core";
import type { IncidentNames } from "./incidents-names.ts";

/** An incident for programs, spelt as GitHub spells. Names are as they came: whoever shows them makes them harmless. */
export function incidentJson(incident: Incident, names: IncidentNames) {
  const { changes, history, mergedInto } = incident;
  const workflows = new Map(
    changes
      .filter(({ series }) => series.workflowId !== 0)
      .map(({ series }) => [`${series.repositoryId}/${series.workflowId}`, series] as const),
  );
  return {
    incident: incidentName(incident.number),
    number: incident.number,
    kind: incident.kind,
    state: incident.state,
    is_over: incident.isOver,
    is_fleet_wide: incident.isFleetWide,
    repositories: incident.repositoryIds.map((id) => names.repository(id)),
    workflows: [...workflows.values()].map(({ repositoryId, workflowId }) => ({
      repository: names.repository(repositoryId),
      workflow: names.workflow(repositoryId, workflowId),
    })),
    onset_at: instant(incident.onsetMs),
    opened_at: instant(incident.openedAtMs),
    over_at: instant(incident.overAtMs),
    muted_until: instant(incident.mutedUntilMs),
    merged_into: mergedInto === null ? null : incidentName(mergedInto),
    changes: changes.map((change) => changeJson(change, names)),
    history: history.map(({ what, atMs, who, note, untilMs, other, change, isCorrection }) => ({
      what,
      at: instant(atMs),
      who,
      note,
      until: instant(untilMs),
      incident: other === null ? null : incidentName(other),
      series_id: change?.seriesId ?? null,
      change_number: change?.changeNumber ?? null,
      is_correction: isCorrection,
    })),
  };
}

function changeJson({ seriesId, changeNumber, series, kind, standing, latest }: ChangeStanding, names: IncidentNames) {
  return {
    series_id: seriesId,
    change_number: changeNumber,
    repository: names.repository(series.repositoryId),
    workflow: series.workflowId === 0 ? null : names.workflow(series.repositoryId, series.workflowId),
    branches: series.branches,
    event: series.event,
    scope: series.scope,
    measure: series.measure,
    job: series.job === "" ? null : series.job,
    part: series.part === "" ? null : series.part,
    kind,
    state: standing,
    unit: UNITS[series.measure],
    usual: latest.usual,
    level: latest.level,
    score: latest.score,
    run_count: latest.runCount,
    is_young: latest.isYoung,
    onset: { run_id: latest.onset.runId, run_attempt: latest.onset.runAttempt, at: instant(latest.onset.atMs) },
    said: { run_id: latest.at.runId, run_attempt: latest.at.runAttempt, at: instant(latest.at.atMs) },
  };
}

const UNITS = {
  duration: "ms",
  "queue-time": "ms",
  schedule: "ms",
  failure: "share",
  cost: "micro-usd",
  metric: "own",
} as const;

const instant = (ms: number | null): string | null =>
  ms === null || !(Math.abs(ms) <= 8.64e15) ? null : new Date(ms).toISOString();
