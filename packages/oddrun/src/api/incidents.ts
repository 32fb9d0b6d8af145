import { INCIDENT_STATES } from "@oddrun/core";
import * as z from "zod";

const instant = z.string().nullable().describe("UTC, ISO 8601");
const runMark = z.object({ run_id: z.number().int(), run_attempt: z.number().int(), at: instant });
const kind = z.enum(["slower", "faster", "queueing", "failing", "steadier", "silent", "dearer", "cheaper", "moved"]);

const changeShape = z.object({
  series_id: z.string(),
  change_number: z.number().int(),
  repository: z.string(),
  workflow: z.string().nullable().describe("null for runners, which belong to no one workflow."),
  branches: z.string(),
  event: z.string(),
  scope: z.enum(["run", "job", "step", "runner"]),
  measure: z.enum(["duration", "queue-time", "failure", "schedule", "cost", "metric"]),
  job: z.string().nullable(),
  part: z.string().nullable().describe("The step, or the joined metric."),
  kind,
  state: z.enum(["suspected", "told", "withdrawn", "recovered", "settled"]),
  unit: z.enum(["ms", "share", "micro-usd", "own"]),
  usual: z.number(),
  level: z.number(),
  score: z.number().describe("1 where it is just told, more is surer."),
  run_count: z.number().int(),
  is_young: z.boolean(),
  onset: runMark,
  said: runMark,
});

const eventShape = z.object({
  what: z.string(),
  at: instant,
  who: z.string(),
  note: z.string().nullable(),
  until: instant,
  incident: z.string().nullable(),
  series_id: z.string().nullable(),
  change_number: z.number().int().nullable(),
  is_correction: z.boolean(),
});

const incidentShape = z.object({
  incident: z.string(),
  number: z.number().int(),
  kind,
  state: z.enum(INCIDENT_STATES),
  is_over: z.boolean(),
  is_fleet_wide: z.boolean(),
  repositories: z.array(z.string()),
  workflows: z.array(z.object({ repository: z.string(), workflow: z.string() })),
  onset_at: instant,
  opened_at: instant,
  over_at: instant,
  muted_until: instant,
  merged_into: z.string().nullable(),
  changes: z.array(changeShape).describe("The one that stands for the incident comes first."),
  history: z.array(eventShape),
  cost: z
    .object({
      minutes_a_week: z.number().nullable(),
      minutes_so_far: z.number().nullable(),
      usd_a_week: z.number().nullable(),
      runs_a_week: z.number().nullable(),
      missed_run_count: z.number().int().nullable().describe("Of a schedule that fell silent; null of anything else."),
      change_count: z.number().int(),
      is_counted: z.boolean(),
      known_until: instant,
    })
    .describe("Below 0 where it saves."),
});

/** The answer of `GET /api/incidents`. */
export const incidentsShape = z.object({
  as_of: instant,
  open_count: z.number().int(),
  suspected_count: z.number().int(),
  over_count: z.number().int(),
  open: z.array(incidentShape).describe("For the worse, the dearest first; at most 10."),
  better: z.array(incidentShape).describe("Open ones that are better than usual."),
  most_expensive: z.array(incidentShape).describe("Of the whole history, those that are over among them."),
});
