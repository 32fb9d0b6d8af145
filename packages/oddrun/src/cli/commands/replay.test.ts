import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import type { ReplayFinding } from "../../operations/budget/replay-runs.ts";
import { replayCommand } from "./replay.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

const HEADER =
  "series,repository,workflow,run_id,run_attempt,branch,event,created_at,run_started_at,completed_at,duration_s,conclusion";
const HOUR_MS = 3_600_000;

interface Row {
  readonly atMs?: number;
  readonly seconds?: number;
  readonly conclusion?: string;
  readonly event?: string;
  readonly attempt?: number;
}

/** 150 hourly runs of about five minutes; `change` says what else a run is. */
function history(series: string, change: (at: number) => Row = () => ({}), count = 150): string {
  return Array.from({ length: count }, (_, at) => {
    const usual = 300 + ((at * 7919) % 31) - 15;
    const startMs = Date.UTC(2026, 0, 1) + at * HOUR_MS;
    const { atMs = startMs, seconds = usual, conclusion = "success", event = "push", attempt = 1 } = change(at);
    const iso = (ms: number) => new Date(ms).toISOString();
    return `${series},octo/widgets,ci,${1000 + at},${attempt},main,${event},${iso(atMs)},${iso(atMs)},${iso(atMs + seconds * 1000)},${seconds},${conclusion}\n`;
  }).join("");
}

async function findingsOf(
  rows: string,
  options: readonly (readonly [string, string?])[] = [],
): Promise<ReplayFinding[]> {
  const { exitCode, out, message } = await runCommand(replayCommand, newPlace(), [], [["input", "-"], ...options], {
    stdin: `${HEADER}\n${rows}`,
  });
  assert.equal(exitCode, 0, message);
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ReplayFinding);
}

const alerts = (findings: readonly ReplayFinding[]) =>
  findings.filter(({ state, kind }) => state === undefined && !/spike|drop/.test(kind));

test("a quiet history has nothing to say", async () => {
  assert.deepEqual(await findingsOf(history("quiet")), []);
});

test("a lasting step is written as the protocol has it, with its onset and size", async () => {
  const found = alerts(await findingsOf(history("slower", (at) => (at < 100 ? {} : { seconds: 450 + (at % 17) }))));
  assert.equal(found.length, 1);
  const { kind, onset_run, magnitude, detected_at_run, incident } = found[0]!;
  assert.deepEqual({ kind, onset_run, incident }, { kind: "duration-regression", onset_run: 1100, incident: "d1" });
  assert.ok(magnitude > 1.4 && magnitude < 1.6);
  assert.ok(detected_at_run > 1100 && detected_at_run < 1115);
});

test("one long run is a note and no alert", async () => {
  const found = await findingsOf(history("spike", (at) => (at === 90 ? { seconds: 1500 } : {})));
  assert.deepEqual(
    found.map(({ kind, onset_run }) => [kind, onset_run]),
    [["duration-spike", 1090]],
  );
});

test("failures in numbers, and a schedule that stopped, are told", async () => {
  const rows =
    history("failing", (at) => ({ conclusion: at >= 100 && at % 3 !== 0 ? "failure" : "success" })) +
    history("nightly", () => ({ event: "schedule" }));
  const observed = newPlace("observed.csv");
  writeFileSync(observed, "series,observed_until\nnightly,2026-01-20T00:00:00Z\n");
  const found = alerts(await findingsOf(rows, [["observed", observed]]));
  assert.deepEqual(
    new Set(found.map(({ series, kind }) => `${series} ${kind}`)),
    new Set(["failing failure-rate", "nightly silence"]),
  );
  assert.equal(found.find(({ kind }) => kind === "silence")!.detected_at, "2026-01-07T07:30:00.000Z");
});

test("a scheduled run that is run again by hand does not keep its schedule alive", async () => {
  const rows = history("hourly", (at) => ({ event: "schedule", attempt: at < 100 ? 1 : 2 }));
  const observed = newPlace("observed.csv");
  writeFileSync(observed, "series,observed_until\nhourly,2026-01-20T00:00:00Z\n");
  const found = alerts(await findingsOf(rows, [["observed", observed]]));
  assert.deepEqual(
    found.map(({ kind, detected_at }) => [kind, detected_at]),
    [["silence", "2026-01-05T05:30:00.000Z"]],
  );
});

test("series that come mixed are told as if each had come alone", async () => {
  const one = history("one", (at) => (at < 80 ? {} : { seconds: 600 }));
  const other = history("other", (at) => (at < 60 ? {} : { seconds: 200 }));
  const [a, b] = [one, other].map((text) => text.split(/(?<=\n)/));
  const mixed = a!.flatMap((line, at) => [line, b![at]!]).join("");
  const apart = [...(await findingsOf(one)), ...(await findingsOf(other))];
  assert.deepEqual((await findingsOf(mixed)).sort(bySeries), apart.sort(bySeries));
});
const bySeries = (one: ReplayFinding, other: ReplayFinding) =>
  one.series < other.series ? -1 : one.series > other.series ? 1 : 0;

test("cancelled runs and runs without a duration say nothing", async () => {
  const rows = history("cancelled", (at) => (at % 4 === 0 ? { conclusion: "cancelled", seconds: 3 } : {}));
  assert.deepEqual(await findingsOf(rows), []);
});

test("the findings go to a file that appears whole, and is not written over", async () => {
  const input = newPlace("runs.csv");
  const findings = newPlace("findings.jsonl");
  writeFileSync(input, `${HEADER}\n${history("spike", (at) => (at === 90 ? { seconds: 1500 } : {}))}`);
  const options = [
    ["input", input],
    ["findings", findings],
  ] as const;
  const first = await runCommand(replayCommand, newPlace(), [], options);
  assert.match(first.out, /Replayed 150 runs of 1 series into .*\n {2}1 duration-spike\n/);
  assert.equal((JSON.parse(readFileSync(findings, "utf8")) as ReplayFinding).kind, "duration-spike");
  const again = await runCommand(replayCommand, newPlace(), [], options);
  assert.equal(again.exitCode, 5);
  assert.match(again.message, /--force/);
});

test("what cannot be read is told with its place, and nothing is written", async () => {
  const findings = newPlace("findings.jsonl");
  const told = async (text: string) => {
    const { exitCode, message } = await runCommand(
      replayCommand,
      newPlace(),
      [],
      [
        ["input", "-"],
        ["findings", findings],
      ],
      { stdin: text },
    );
    assert.throws(() => readFileSync(findings));
    return { exitCode, message };
  };
  const columns = await told("run_id,duration_s\n1,2\n");
  assert.equal(columns.exitCode, 3);
  assert.match(columns.message, /no column "series"/);
  const row = await told(
    `${HEADER}\n${history("one", () => ({}), 2)}one,octo/widgets,ci,x9,1,main,push,,2026-01-01T00:00:00Z,2026-01-01T00:00:00Z,5,success\n`,
  );
  assert.equal(row.exitCode, 3);
  assert.match(row.message, /row 3 \(line 4\): run_id "x9" is not a whole number/);
  const negative = await told(`${HEADER}\n${history("one", () => ({ seconds: -5 }), 1)}`);
  assert.equal(negative.exitCode, 3);
  assert.match(negative.message, /row 1 \(line 2\): duration_s is below 0/);
});
