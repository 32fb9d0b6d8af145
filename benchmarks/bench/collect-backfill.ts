import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { collect, type Collected } from "./collect-process.ts";
import type { Row } from "./collect-row.ts";
import { median } from "./figure.ts";
import { peer } from "./run-process.ts";
import type { StandInProcess, StandInTally } from "./stand-in-process.ts";
import { type WatchedProcess, watchNode } from "./watched-process.ts";

const REPOSITORY = "octo-org/app";
const COMMAND = `oddrun collect ${REPOSITORY}`;
/** What a published peer needed for the jobs of one repository; see the notes in results/collect.md. */
const PEER_REQUESTS = 30_000;
const PAIRS = 2;

/** The first collection of one repository with 10,000 runs, beside a loop that only asks for the same and parses it. */
export async function backfill(standIn: StandInProcess, folder: string, say: (line: string) => void) {
  const minimum = await standIn.minimum({ repositories: [REPOSITORY] });
  const paths = await standIn.leastPaths(REPOSITORY);
  if (paths.length !== minimum.total) throw new Error(`${paths.length} paths for a minimum of ${minimum.total}`);
  const pathsFile = join(folder, "paths.json");
  writeFileSync(pathsFile, JSON.stringify(paths));
  const place = join(folder, "backfill");
  const ours: Collected[] = [];
  const floors: { readonly process: WatchedProcess; readonly asked: StandInTally }[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    rmSync(place, { recursive: true, force: true });
    const collected = await collect(standIn, place, [REPOSITORY]);
    if (collected.summary.missing.length > 0) throw new Error("the collection is not complete");
    ours.push(collected);
    await standIn.begin();
    const floor = await watchNode([peer("collect-floor.mjs"), standIn.url, pathsFile], {
      cwd: folder,
      env: { GITHUB_TOKEN: standIn.token },
    });
    if (floor.code !== 0) throw new Error(floor.stderr);
    floors.push({ process: floor, asked: await standIn.tally() });
    say(`${seconds(collected.process.wallMs)} s, the floor ${seconds(floor.wallMs)} s`);
  }
  const again = await collect(standIn, place, [REPOSITORY]);
  const { summary, asked } = ours[0]!;
  const of = (pick: (process: { wallMs: number; cpuMs: number; peakMiB: number }) => number) => ({
    ours: median(ours.map(({ process }) => pick(process))),
    floor: median(floors.map(({ process }) => pick(process))),
  });
  const beside = { floorName: "bare fetch loop, four at a time, parses and keeps nothing", command: COMMAND };
  const rows: Row[] = [
    {
      what: "requests for 10,000 runs",
      unit: "requests",
      ours: asked.sent,
      floorName: "least that can fetch it",
      floor: minimum.total,
      most: 1.15,
      command: COMMAND,
      note: purposes(summary.requests),
    },
    {
      what: "the same beside a published peer",
      unit: "requests",
      ours: asked.sent,
      floorName: "DevLake, job calls of one repository",
      floor: PEER_REQUESTS,
      command: COMMAND,
      note: "as reported by its users, of a repository of unknown size",
    },
    { what: "seconds", unit: "s", ...scaled(of(({ wallMs }) => wallMs)), ...beside },
    {
      what: "CPU of the collector",
      unit: "s",
      ...scaled(of(({ cpuMs }) => cpuMs)),
      ...beside,
      note: `${summary.attempts.added} attempts, ${summary.jobs.added} jobs and ${summary.steps} steps stored, a sync to disk with every 25 answers`,
    },
    { what: "peak memory of the collector", unit: "MiB", ...of(({ peakMiB }) => peakMiB), ...beside },
    {
      what: "bytes of the answers, unpacked",
      unit: "MB",
      ours: asked.bytes / 1e6,
      floor: floors[0]!.asked.bytes / 1e6,
      ...beside,
    },
    {
      what: "second pass, nothing new, one repository",
      unit: "requests",
      ours: again.asked.sent,
      floorName: "",
      floor: null,
      command: `${COMMAND}, again`,
      note: `${again.asked.notModified} of them not modified, which GitHub does not count; ${purposes(again.summary.requests)}`,
    },
  ];
  return {
    rows,
    raw: { minimum, ours: ours.map(withoutText), floors: floors.map(withoutText), again: withoutText(again) },
  };
}

/** Requests for jobs with a realistic delay of each answer, by the number under way at once. Lists are read page by page anyway. */
export async function delayed(standIn: StandInProcess, folder: string, delayMs: number) {
  const requestCount = 150;
  const rates: number[] = [];
  for (const concurrency of [4, 1]) {
    const place = join(folder, `delayed-${concurrency}`);
    // lists everything, and asks for the jobs of the first
    await collect(standIn, place, [REPOSITORY, "--max-requests", "250"]);
    const args = [REPOSITORY, "--max-requests", String(requestCount), "--concurrency", String(concurrency)];
    const { process, asked } = await collect(standIn, place, args, { delayMs });
    rates.push(asked.sent / (process.wallMs / 1000));
  }
  const row: Row = {
    what: `requests a second when each answer takes ${delayMs} ms, four under way`,
    unit: "requests/s",
    ours: rates[0]!,
    floorName: "one under way",
    floor: rates[1]!,
    command: `${COMMAND} --max-requests ${requestCount} --concurrency 4 (1)`,
    note: "without the program's own pace, which is slower",
  };
  return { rows: [row], raw: { delayMs, requestCount, rates } };
}

export function withoutText<Measured extends { readonly process: { stdout: string; stderr: string } }>(
  measured: Measured,
) {
  const { stdout: _, stderr: __, ...process } = measured.process;
  return { ...measured, process };
}

/** "10,318 jobs, 631 attempts, ...", most first. */
export function purposes(requests: Readonly<Record<string, number>>): string {
  return Object.entries(requests)
    .filter(([name, count]) => count > 0 && name !== "sent" && name !== "not_modified")
    .toSorted(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count.toLocaleString("en")} ${name}`)
    .join(", ");
}

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const scaled = ({ ours, floor }: { ours: number; floor: number }) => ({ ours: ours / 1000, floor: floor / 1000 });
