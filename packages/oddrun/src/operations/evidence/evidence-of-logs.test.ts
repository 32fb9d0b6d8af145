import assert from "node:assert/strict";
import { test } from "node:test";
import type { Evidence, EvidenceKind } from "@oddrun/core";
import { boundedSource } from "./evidence-bounds.ts";
import { aJob, aStoredRun } from "./evidence-fixtures.contract.ts";
import { evidenceOfLogs } from "./evidence-of-logs.ts";

const SET_UP = "Current runner version: '2.336.0'\nComplete job name: build\n";
const KIB = 1024;

async function gathered(logs: Readonly<Record<number, string>>, kinds: readonly EvidenceKind[] = ["runner", "cache"]) {
  const bytesAsked: number[] = [];
  const source = boundedSource(
    {
      apiUrl: "https://api.github.com",
      compare: async () => null,
      fileAt: async () => null,
      jobLog: async (_, jobId, bytesMax) => {
        bytesAsked.push(bytesMax);
        return logs[jobId] ?? null;
      },
      approvals: async () => null,
    },
    { requestsMax: 10, logsMax: 10 },
  );
  const evidence = await evidenceOfLogs({
    run: aStoredRun(),
    base: aStoredRun({ runId: 1001 }),
    kinds: new Set(kinds),
    source,
    jobsNow: [aJob()],
    jobsBefore: [aJob({ runId: 1001, jobId: 5001 })],
  });
  const cache = evidence.find((one): one is Extract<Evidence, { kind: "cache" }> => one.kind === "cache");
  return { evidence, cache, bytesAsked };
}

test("a log that is gone leaves its half unknown", async () => {
  const before = await gathered({ 5002: `${SET_UP}Cache not found for input keys: a\n` });
  assert.deepEqual(
    before.evidence.map(({ kind, unknown }) => [kind, unknown]),
    [
      ["runner", "not-at-github"],
      ["cache", null],
    ],
  );
  assert.equal(before.cache?.value?.before, null);
  const now = await gathered({ 5001: SET_UP });
  assert.deepEqual([...new Set(now.evidence.map(({ unknown }) => unknown))], ["not-at-github"]);
  assert.equal(now.bytesAsked.length, 1);
});

test("a log that is no log tells nothing", async () => {
  const { evidence } = await gathered({ 5001: "<html>", 5002: "\0\0" });
  assert.deepEqual([...new Set(evidence.map(({ unknown }) => unknown))], ["not-in-log"]);
});

test("only so much of a log is read as the question needs, and a longer one is said to be cut", async () => {
  const steps = "Cache hit for: a\n";
  const filler = "é".repeat((512 * KIB - SET_UP.length - steps.length) / 2);
  const long = await gathered({ 5001: SET_UP + steps, 5002: SET_UP + steps + filler });
  assert.equal(long.cache?.value?.isCut, true);
  assert.deepEqual(long.bytesAsked, [512 * KIB, 512 * KIB]);
  const short = await gathered({ 5001: SET_UP + steps, 5002: SET_UP + steps + filler.slice(100) });
  assert.equal(short.cache?.value?.isCut, false);
  assert.deepEqual((await gathered({ 5001: SET_UP, 5002: SET_UP }, ["runner"])).bytesAsked, [64 * KIB, 64 * KIB]);
});
