import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { openStore } from "../../adapters/store/index.ts";
import { aWord, say } from "../../adapters/store/incident-store.contract.ts";
import { aBatch, aRun, START } from "../../adapters/store/run-fixtures.contract.ts";
import { incidentsCommand } from "./incidents.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

const DAY_MS = 86_400_000;

/** A store with two repositories, in which INC-1 is open and INC-2 is over; the clock of the command stands in June. */
async function place(): Promise<string> {
  const dataDir = newPlace();
  const store = await openStore(join(dataDir, "oddrun.db"));
  await store.save(
    aBatch({
      repositories: [
        { id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: null },
        { id: 8, fullName: "octo/\u001b[31mred", defaultBranch: "main", visibility: null },
      ],
      runs: [aRun(), aRun({ repositoryId: 8, runId: 2000 })],
    }),
  );
  const cells = ["ubuntu, 20", "ubuntu, 22", "windows, 22"].map((cell) => aWord({ job: `test (${cell})` }));
  await say(store, [aWord(), ...cells]);
  await say(store, [aWord({ repositoryId: 8 }), aWord({ repositoryId: 8 }, { state: "recovered", day: 5 })]);
  await store.close();
  return dataDir;
}

const run = (dataDir: string, args: readonly string[], options: readonly (readonly [string, string?])[] = []) =>
  runCommand(incidentsCommand, dataDir, args, options);

test("the list shows open incidents in a line each, and others when asked", async () => {
  const dataDir = await place();
  const { out } = await run(dataDir, ["list"]);
  assert.match(out, /INC-1 +ongoing +slower +2026-01-05 +octo\/Widgets CI +7\.5 min, usual 5 min \(\+50 %\)/);
  assert.doesNotMatch(out, /INC-2/);
  const all = await run(dataDir, ["list"], [["state", "all"]]);
  assert.match(all.out, /INC-2 +recovered/);
  assert.ok(!all.out.includes("\u001b"));
  assert.match(
    (
      await run(
        dataDir,
        ["list"],
        [
          ["limit", "1"],
          ["state", "all"],
        ],
      )
    ).out,
    /newest 1 of 2; --limit/,
  );
  const some = await run(dataDir, ["list"], [["state", "recovered,new"], ["json"]]);
  assert.deepEqual(
    JSON.parse(some.out).incidents.map(({ incident }: { incident: string }) => incident),
    ["INC-2"],
  );
  assert.match((await run(dataDir, ["list"], [["state", "new"]])).out, /No such incidents. --state all lists all 2/);
});

test("one incident is shown with what moved, the matrix in one line, and its history", async () => {
  const dataDir = await place();
  const { out } = await run(dataDir, ["show", "inc-1"]);
  assert.match(out, /^INC-1 octo\/Widgets CI takes longer: ongoing\n/);
  assert.match(
    out,
    /whole runs on default branch, push: 7\.5 min, usual 5 min \(\+50 %\)\n +since run 1000, which ended/,
  );
  assert.match(out, /job "test", 3 of its matrix \(ubuntu, 20; ubuntu, 22; windows, 22\)/);
  assert.match(out, /2026-01-06 08:00 UTC {2}told\n/);
  const { out: json } = await run(dataDir, ["show", "INC-1"], [["json"]]);
  const shown = JSON.parse(json);
  assert.deepEqual(
    [shown.kind, shown.state, shown.workflows, shown.changes.length, shown.changes[0].level],
    ["slower", "ongoing", [{ repository: "octo/Widgets", workflow: "CI" }], 4, 450_000.5],
  );
});

test("what a person says is kept with name and note, and changes the state", async () => {
  const dataDir = await place();
  const acknowledged = await run(
    dataDir,
    ["ack", "INC-1"],
    [
      ["note", "we \u202eknow"],
      ["by", "ada"],
    ],
  );
  assert.match(acknowledged.out, /takes longer: acknowledged\n/);
  assert.match(acknowledged.out, /2026-06-01 00:00 UTC {2}acknowledged by ada: we ⟨U\+202E⟩know/);
  assert.match((await run(dataDir, ["mute", "1"], [["until", "2w"]])).out, /: muted until 2026-06-15 00:00 UTC\n/);
  assert.match((await run(dataDir, ["accept", "1"])).out, /accepted as normal since .* by somebody/s);
  assert.match((await run(dataDir, ["reopen", "1"])).out, /ongoing/);
  const rejected = JSON.parse((await run(dataDir, ["reject", "1"], [["json"]])).out);
  assert.equal(rejected.state, "rejected");
  const store = await openStore(join(dataDir, "oddrun.db"));
  assert.equal((await store.barsOfSeries()).size, 4);
  await store.close();
});

test("what cannot be said of an incident is refused with its reason, and nothing is kept", async () => {
  const dataDir = await place();
  const refused = await run(dataDir, ["accept", "INC-2"]);
  assert.deepEqual(
    [refused.exitCode, refused.message],
    [2, 'INC-2 cannot be accepted: the old level is back already. "oddrun incidents show INC-2" shows its history.'],
  );
  await run(dataDir, ["ack", "1"]);
  assert.match((await run(dataDir, ["ack", "1"])).message, /it is acknowledged already/);
  const store = await openStore(join(dataDir, "oddrun.db"));
  assert.equal(
    (await store.incident(1, START + 900 * DAY_MS))!.history.filter(({ who }) => who !== "oddrun").length,
    1,
  );
  await store.close();
});

test("an incident that is not there, or a text that is none, is one clear message", async () => {
  const dataDir = await place();
  for (const action of ["show", "ack"]) {
    const { exitCode, message } = await run(dataDir, [action, "INC-9"]);
    assert.deepEqual([exitCode, /There is no INC-9: there are INC-1 to INC-2/.test(message)], [3, true]);
  }
  assert.match((await run(dataDir, ["show", "seven"])).message, /"seven" is no incident. One is called INC-7/);
  assert.match((await run(newPlace(), ["list"])).message, /0 runs in/);
});

test("options that nobody would read, and values that are none, are refused", async () => {
  const dataDir = await place();
  const refused = async (args: readonly string[], ...options: readonly (readonly [string, string?])[]) => {
    const { exitCode, message } = await run(dataDir, args, options);
    assert.equal(exitCode, 2, message);
    return message;
  };
  assert.match(await refused(["look"]), /"oddrun incidents list" lists them/);
  assert.match(await refused(["list", "INC-1"]), /"oddrun incidents list" lists them/);
  assert.match(await refused(["show"]), /"oddrun incidents list" lists them/);
  assert.match(await refused(["show", "INC-1"], ["note", "x"]), /--note goes with "oddrun incidents ack INC-7"/);
  assert.match(await refused(["ack", "INC-1"], ["since", "1d"]), /--since goes with "oddrun incidents list"/);
  assert.match(await refused(["ack", "INC-1"], ["until", "1d"]), /--until goes with "oddrun incidents mute/);
  assert.match(await refused(["mute", "INC-1"]), /needs --until/);
  assert.match(await refused(["mute", "INC-1"], ["until", "2026-01-01"]), /has passed already/);
  assert.match(await refused(["mute", "INC-1"], ["until", "soon"]), /a span such as 12h, 30d or 8w from now/);
  assert.match(await refused(["ack", "INC-1"], ["by", " "]), /the name of a person is needed/);
  assert.match(await refused(["ack", "INC-1"], ["note", "x".repeat(2001)]), /at most 2000/);
  assert.match(await refused(["list"], ["state", "closed"]), /--state takes open, over, all, or any of/);
  const { message, exitCode } = await run(dataDir, ["list"], [["repo", "octo/none"]]);
  assert.deepEqual([exitCode, /No run of octo\/none is stored/.test(message)], [3, true]);
});
