import { incidentJson } from "../incidents/incidents-json.ts";
import type { ChangesReport, ReportedIncident } from "./report-changes.ts";

/** What has changed, for programs, spelt as GitHub spells. Minutes and dollars below 0 are saved. */
export function changesJson(report: ChangesReport) {
  const each = ({ incident, cost, knownUntilMs }: ReportedIncident) => ({
    ...incidentJson(incident, report.names),
    cost: {
      minutes_a_week: cost.minutesAWeek,
      minutes_so_far: cost.minutesSoFar,
      usd_a_week: cost.usdAWeek,
      runs_a_week: cost.runsAWeek,
      missed_run_count: cost.missedRunCount,
      change_count: cost.changeCount,
      is_counted: cost.isCounted,
      known_until: new Date(knownUntilMs).toISOString(),
    },
  });
  return {
    as_of: new Date(report.nowMs).toISOString(),
    open_count: report.openCount,
    suspected_count: report.suspectedCount,
    over_count: report.overCount,
    open: report.open.map(each),
    better: report.better.map(each),
    most_expensive: report.dearest.map(each),
  };
}
