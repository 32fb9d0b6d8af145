import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { TimedValue } from "@oddrun/core";
import { csvRows } from "../explain/csv-rows.ts";
import type { Try } from "./tries.ts";

/** Runs of a branch before the first one that is tried, and of master before them. */
const USUAL_MIN = 15;

/** Each passing job of a pull request's branch against the same job on master and on other branches, with nothing of later. */
export function bitcoinTries(
  path: string,
  { ownCount, every }: { readonly ownCount: number; readonly every: number },
): readonly Try[] {
  const rows = csvRows(gunzipSync(readFileSync(path)).toString("utf8")).filter(
    (row) => row["status"] === "COMPLETED" && Number(row["duration_s"]) > 0,
  );
  return [...Map.groupBy(rows, (row) => row["job"]!)].flatMap(([job, ofJob]) => {
    const timed = ofJob
      .map((row) => ({
        branch: row["branch"]!,
        atMs: 1000 * Number(row["final_ts"]),
        value: 1000 * Number(row["duration_s"]),
      }))
      .sort((one, other) => one.atMs - other.atMs);
    const byBranch = Map.groupBy(timed, ({ branch }) => branch);
    const master = byBranch.get("master") ?? [];
    const tries: Try[] = [];
    let place = 0;
    for (const [branch, runs] of byBranch) {
      if (branch === "master") continue;
      for (let at = 0; at + ownCount <= runs.length; at++) {
        if (place++ % every !== 0) continue;
        const own: readonly TimedValue[] = runs.slice(at, at + ownCount);
        const lastMs = own.at(-1)!.atMs;
        const usual = master.filter(({ atMs }) => atMs < lastMs);
        if (usual.length < USUAL_MIN) continue;
        const peers = [...byBranch]
          .filter(([other]) => other !== branch && other !== "master")
          .map(([, others]) => others.filter(({ atMs }) => atMs < lastMs))
          .filter(({ length }) => length > 0);
        tries.push({ history: job, input: { own, usual, peers, isSameEvent: false } });
      }
    }
    return tries;
  });
}
