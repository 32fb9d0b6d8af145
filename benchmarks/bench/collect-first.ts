import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { purposes, withoutText } from "./collect-backfill.ts";
import { collect, storeOf } from "./collect-process.ts";
import type { Row } from "./collect-row.ts";
import { ODDRUN } from "./run-process.ts";
import type { StandInProcess } from "./stand-in-process.ts";
import { watchNode } from "./watched-process.ts";

const FIRST_REQUESTS = 1000;
const DAY_MS = 86_400_000;

interface Held {
  readonly repositories: number;
  readonly attempts: number;
  /** With the jobs that tell their true times. */
  readonly withJobs: number;
  readonly listedDays: number;
  readonly jobDays: number;
}

/** What the first 1,000 requests give, which is what an Action's own token may send in an hour. */
export async function firstRequests(standIn: StandInProcess, folder: string, targets: readonly string[]) {
  const name = targets.join(" ");
  const place = join(folder, `first-${targets[0]!.replace("/", "-")}`);
  const collected = await collect(standIn, place, [...targets, "--max-requests", String(FIRST_REQUESTS)]);
  const nowMs = Date.now();
  const detect = await watchNode([ODDRUN, "detect", "--json"], { cwd: place, env: {} });
  const report = await watchNode([ODDRUN, "report", "--format", "json"], { cwd: place, env: {} });
  if (detect.code !== 0 || report.code !== 0) throw new Error(detect.stderr + report.stderr);
  const { judged } = JSON.parse(detect.stdout) as { readonly judged: Readonly<Record<string, number>> };
  const held = heldIn(storeOf(place), nowMs);
  const common = { floorName: "", floor: null };
  const command = `oddrun collect ${name} --max-requests ${FIRST_REQUESTS}`;
  const rows: Row[] = [
    {
      ...common,
      what: `first ${FIRST_REQUESTS.toLocaleString("en")} requests for ${name}: attempts known`,
      unit: "attempts",
      ours: held.attempts,
      command,
      note: `${held.repositories} repositories, ${held.listedDays.toFixed(0)} days back; ${purposes(collected.summary.requests)}`,
    },
    {
      ...common,
      what: "of these with jobs and steps, the newest",
      unit: "attempts",
      ours: held.withJobs,
      command,
      note: `${held.jobDays.toFixed(1)} days back`,
    },
    {
      ...common,
      what: "judging and reporting them",
      unit: "s",
      ours: (detect.wallMs + report.wallMs) / 1000,
      command: "oddrun detect && oddrun report",
      note: Object.entries(judged)
        .map(([verdict, count]) => `${count.toLocaleString("en")} ${verdict}`)
        .join(", "),
    },
  ];
  return { rows, raw: { held, judged, ...withoutText(collected), detectMs: detect.wallMs, reportMs: report.wallMs } };
}

function heldIn(file: string, nowMs: number): Held {
  const store = new DatabaseSync(file, { readOnly: true });
  try {
    const one = (text: string) => store.prepare(text).get() as Readonly<Record<string, number | null>>;
    const all = one(
      "select count(*) as attempts, count(distinct repository_id) as repositories, min(created_at_ms) as firstMs from run_attempts",
    );
    const withJobs = one(`select count(*) as attempts, min(created_at_ms) as firstMs from run_attempts as r
      where exists (select 1 from jobs as j
        where j.repository_id = r.repository_id and j.run_id = r.run_id and j.run_attempt = r.run_attempt)`);
    const daysSince = (ms: number | null | undefined): number => (nowMs - (ms ?? nowMs)) / DAY_MS;
    return {
      repositories: all["repositories"] ?? 0,
      attempts: all["attempts"] ?? 0,
      listedDays: daysSince(all["firstMs"]),
      withJobs: withJobs["attempts"] ?? 0,
      jobDays: daysSince(withJobs["firstMs"]),
    };
  } finally {
    store.close();
  }
}
