import { join } from "node:path";
import { purposes, withoutText } from "./collect-backfill.ts";
import { collect } from "./collect-process.ts";
import type { Row } from "./collect-row.ts";
import { median } from "./figure.ts";
import type { MemoryPoint } from "./memory-plot.ts";
import type { StandInProcess } from "./stand-in-process.ts";
import type { WatchedProcess } from "./watched-process.ts";

/** Until then buffers and the database's page cache (64 MiB) fill. */
const WARM_UP_SHARE = 1 / 3;

/** A whole organisation, looked at each second; then the same once more, with nothing new. */
export async function wholeOrganisation(standIn: StandInProcess, folder: string, owners: readonly string[]) {
  const place = join(folder, "whole");
  let least = 0;
  for (const owner of owners) least += (await standIn.minimum({ owner })).total;
  const points: MemoryPoint[] = [];
  const looks: Promise<void>[] = [];
  const whole = await collect(standIn, place, owners, {
    onSample: ({ atMs, rssMiB }) => {
      looks.push(standIn.count().then((sent) => void points.push({ atMs, rssMiB, sent })));
    },
  });
  await Promise.all(looks);
  if (whole.summary.missing.length > 0) throw new Error("the collection is not complete");
  const again = await collect(standIn, place, owners);
  const { runCount, repositoryCount } = standIn;
  const command = `oddrun collect ${owners.join(" ")}`;
  const none = { floorName: "", floor: null };
  const growth = growthPerRuns(points, runCount / whole.asked.sent, 100_000);
  const live = [1, 2].map((third) => liveMiB(whole.process, third));
  const rows: Row[] = [
    {
      what: `requests for ${runCount.toLocaleString("en")} runs of ${repositoryCount} repositories`,
      unit: "requests",
      ours: whole.asked.sent,
      floorName: "least that can fetch it",
      floor: least,
      most: 1.15,
      command,
      note: purposes(whole.summary.requests),
    },
    {
      ...none,
      what: "growth of its memory per 100,000 runs, after the first third",
      unit: "%",
      ours: growth.percent,
      most: 1,
      command,
      note: `of ${growth.middleMiB.toFixed(0)} MiB, the median; medians of the tenths: ${growth.tenths.map((mib) => mib.toFixed(0)).join(" ")} MiB`,
    },
    {
      what: "heap in use after full collections of garbage, last third",
      unit: "MiB",
      ours: live[1]!,
      floorName: "second third",
      floor: live[0]!,
      command,
      note: "what the program holds; the rest of its memory is room that V8 and SQLite keep",
    },
    {
      ...none,
      what: "peak of its memory",
      unit: "MiB",
      ours: whole.process.peakMiB,
      command,
      note: "of it 64 MiB the database's page cache, 60 the program's files and up to 128 the young generation of V8 on a machine of this size",
    },
    { ...none, what: "seconds", unit: "s", ours: whole.process.wallMs / 1000, command },
    { ...none, what: "CPU of the collector", unit: "s", ours: whole.process.cpuMs / 1000, command },
    {
      ...none,
      what: "second pass, nothing new, requests a repository",
      unit: "requests",
      ours: again.asked.sent / repositoryCount,
      most: 2,
      command: `${command}, again`,
      note: `${again.asked.sent} sent, ${again.asked.notModified} of them not modified, which GitHub does not count; ${purposes(again.summary.requests)}`,
    },
    {
      ...none,
      what: "of these counted by GitHub, a repository",
      unit: "requests",
      ours: (again.asked.sent - again.asked.notModified) / repositoryCount,
      most: 2,
      command: `${command}, again`,
    },
    {
      ...none,
      what: "seconds of the second pass",
      unit: "s",
      ours: again.process.wallMs / 1000,
      command: `${command}, again`,
    },
  ];
  return {
    rows: rows.filter(({ ours }) => Number.isFinite(ours)),
    points,
    raw: { least, growth, points, whole: lean(whole), again: lean(again) },
  };
}

function lean(collected: Awaited<ReturnType<typeof collect>>) {
  const { process, ...rest } = withoutText(collected);
  const { memory: _, ...cost } = process;
  return { ...rest, process: cost };
}

/** The least heap after a full collection in the second third of the time (1) or the last (2): what is held for good. */
function liveMiB({ live, wallMs }: WatchedProcess, third: number): number {
  const part = live.filter(({ atMs }) => Math.min(2, Math.floor((3 * atMs) / wallMs)) === third);
  return part.length === 0 ? Number.NaN : Math.min(...part.map(({ heapMiB }) => heapMiB));
}

/**
 * The median of the slopes between all pairs of points after the warm-up (Theil and Sen: the garbage
 * collector's jumps count for little), in percent of the median memory, for so many runs.
 */
function growthPerRuns(points: readonly MemoryPoint[], runsPerRequest: number, runs: number) {
  const last = points.at(-1)?.sent ?? 0;
  const warm = points.filter(({ sent }) => sent >= last * WARM_UP_SHARE);
  const slopes = warm.flatMap((one, at) =>
    warm
      .slice(at + 1)
      .filter(({ sent }) => sent > one.sent)
      .map((other) => (other.rssMiB - one.rssMiB) / (other.sent - one.sent)),
  );
  if (slopes.length === 0) throw new Error("too few looks at its memory, or no /proc to look at");
  const middleMiB = median(warm.map(({ rssMiB }) => rssMiB));
  const growthMiB = (median(slopes) * runs) / runsPerRequest;
  const tenths = Array.from({ length: 10 }, (_, tenth) => {
    const part = points.filter(({ sent }) => Math.min(9, Math.floor((10 * sent) / last)) === tenth);
    return part.length === 0 ? Number.NaN : median(part.map(({ rssMiB }) => rssMiB));
  });
  return { percent: (100 * growthMiB) / middleMiB, growthMiB, middleMiB, tenths };
}
