import assert from "node:assert/strict";
import { test } from "node:test";
import type { RunnerFacts } from "./evidence.ts";
import { hostedLog, selfHostedLog, stamped } from "./logs.contract.ts";
import { runnerChanges, runnerInLog } from "./runner-in-log.ts";

const read = (log: string): RunnerFacts => {
  const facts = runnerInLog(log);
  assert.ok(facts !== null);
  return facts;
};

test("the set-up of a job on GitHub's machines tells image, versions, system and region", () => {
  assert.deepEqual(runnerInLog(hostedLog()), {
    image: "ubuntu-24.04",
    imageVersion: "20261101.1.0",
    runnerVersion: "2.336.0",
    operatingSystem: "Ubuntu 24.04.4 LTS",
    region: "eastus2",
    runnerName: null,
    runnerGroup: null,
    machineName: null,
  });
});

test("a log of 2021 calls the image an environment and says before it what it waited for", () => {
  const log = stamped([
    "Requested labels: macos-11",
    "Job is about to start running on the hosted runner: Hosted Agent (hosted)",
    "Current runner version: '2.285.1'",
    "##[group]Operating System",
    "macOS",
    "11.6.1",
    "20G224",
    "##[endgroup]",
    "##[group]Virtual Environment",
    "Environment: macos-11",
    "Version: 20211201.1",
    "##[endgroup]",
    "##[group]Virtual Environment Provisioner",
    "1.0.0.0-main-20211123-1",
    "##[endgroup]",
    "##[group]Run actions/checkout@v2",
  ]);
  const { image, imageVersion, operatingSystem, region } = read(log);
  assert.deepEqual(
    [image, imageVersion, operatingSystem, region],
    ["macos-11", "20211201.1", "macOS 11.6.1 20G224", null],
  );
});

test("Windows line ends, colours and an earlier provisioner change nothing", () => {
  const log = stamped([
    "\u001b[1mCurrent runner version: '2.309.0'\u001b[0m\r",
    "##[group]Runner Image\r",
    "Image: windows-2022\r",
    "Version: 20230911.1.0\r",
    "##[endgroup]\r",
    "##[group]Runner Image Provisioner\r",
    "2.0.299.1\r",
    "##[endgroup]\r",
  ]);
  const { image, imageVersion, runnerVersion } = read(log);
  assert.deepEqual([image, imageVersion, runnerVersion], ["windows-2022", "20230911.1.0", "2.309.0"]);
});

test("a machine of one's own is known by its names", () => {
  const { image, runnerName, runnerGroup, machineName } = read(selfHostedLog("builder-7", "rack-2"));
  assert.deepEqual([image, runnerName, runnerGroup, machineName], [null, "builder-7", "Default", "rack-2"]);
});

test("the name of a machine that GitHub made for the job is left out", () => {
  const log = hostedLog().replace("##[group]Operating System", "Runner name: 'big_1234'\n##[group]Operating System");
  assert.equal(read(log).runnerName, null);
});

test("what a step prints is not believed", () => {
  const steps = [
    "##[group]Run ./build.sh",
    "##[endgroup]",
    "Current runner version: '6.6.6'",
    "##[group]Runner Image",
    "Image: haunted",
    "Version: 666",
    "##[endgroup]",
  ];
  const { image, imageVersion, runnerVersion } = read(hostedLog({ steps }));
  assert.deepEqual([image, imageVersion, runnerVersion], ["ubuntu-24.04", "20261101.1.0", "2.336.0"]);
  assert.equal(runnerInLog(stamped(["##[group]Run x", "Current runner version: '6.6.6'"])), null);
});

test("masked values are unknown, and so is everything in a log without a set-up", () => {
  assert.deepEqual([read(selfHostedLog("***", "rack-2")).runnerName], [null]);
  for (const log of ["", "\ufeff", "<html>Sign in</html>", "\0\0\0", "constructor: 'x'\n__proto__: 'y'"]) {
    assert.equal(runnerInLog(log), null);
  }
});

test("names of built-in properties are nothing special", () => {
  const log = stamped(["##[group]constructor", "name: evil", "##[endgroup]", "##[group]__proto__", "Image: evil"]);
  assert.equal(runnerInLog(log), null);
});

test("a line without an end is read to a bound", () => {
  const { runnerVersion } = read(`Current runner version: '2.336.0'\nRunner name: '${"a".repeat(5_000_000)}'`);
  assert.equal(runnerVersion, "2.336.0");
});

test("only what both logs tell, and tell differently, is a change", () => {
  const before = read(hostedLog({ region: null }));
  const now = read(hostedLog({ version: "20261115.2.0", runner: "2.337.0" }));
  assert.deepEqual(runnerChanges(before, now), [
    { what: "imageVersion", from: "20261101.1.0", to: "20261115.2.0" },
    { what: "runnerVersion", from: "2.336.0", to: "2.337.0" },
  ]);
  assert.deepEqual(runnerChanges(before, before), []);
});

test("another machine of one's own is a change, another pod of the same set is not", () => {
  const changes = (from: string, to: string) => runnerChanges(read(selfHostedLog(from)), read(selfHostedLog(to)));
  assert.deepEqual(changes("builder-7", "builder-8")[0], { what: "runnerName", from: "builder-7", to: "builder-8" });
  assert.deepEqual(changes("linux-8-frp8k-runner-p26xf", "linux-8-frp8k-runner-jh7qv"), []);
});
