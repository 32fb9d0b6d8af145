import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { TimedValue } from "@oddrun/core";
import { csvRows } from "../explain/csv-rows.ts";
import type { Try } from "./tries.ts";

/** The stretches of ci-survey in which nothing changed: passing runs by segment, in time order. */
export function quietSegments(path: string): ReadonlyMap<string, readonly TimedValue[]> {
  const rows = csvRows(gunzipSync(readFileSync(path)).toString("utf8")).filter(
    (row) => row["failed"] === "0" && Number(row["duration_s"]) > 0,
  );
  const segments = Map.groupBy(rows, (row) => row["segment"]!);
  return new Map(
    [...segments].map(([segment, own]) => [
      segment,
      own.map((row) => ({ atMs: Date.parse(`${row["timestamp"]}Z`), value: 1000 * Number(row["duration_s"]) })),
    ]),
  );
}

/** Each run, and those right after it, against the runs before: as if somebody had opened a pull request that changes nothing. */
export function quietTries(
  segments: ReadonlyMap<string, readonly TimedValue[]>,
  { ownCount, usualCount, every }: { readonly ownCount: number; readonly usualCount: number; readonly every: number },
): readonly Try[] {
  return [...segments].flatMap(([history, runs]) => {
    const tries: Try[] = [];
    for (let at = usualCount; at + ownCount <= runs.length; at += every) {
      const own = runs.slice(at, at + ownCount);
      tries.push({ history, input: { own, usual: runs.slice(at - usualCount, at), peers: [], isSameEvent: true } });
    }
    return tries;
  });
}
