import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text as textOf } from "node:stream/consumers";
import { after, test } from "node:test";
import { Problem } from "../../operations/problems.ts";
import type { CommandContext } from "../command.ts";
import { sampleCommand } from "./sample.ts";

const folder = await mkdtemp(join(tmpdir(), "oddrun-sample-"));
after(() => rm(folder, { recursive: true, force: true }));

async function run(options: Readonly<Record<string, string | true>>) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const input = {
    args: [],
    text: (name: string) => (typeof options[name] === "string" ? options[name] : undefined),
    texts: () => [],
    isSet: (name: string) => options[name] !== undefined,
  };
  const context = { stdout, stderr } as unknown as CommandContext;
  const outText = textOf(stdout);
  try {
    const exitCode = await sampleCommand.run(input, context);
    stdout.end();
    stderr.end();
    return { exitCode, out: await outText, err: await textOf(stderr) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { exitCode: error.exitCode, out: "", err: error.message };
  }
}

test("the sample is written to the file and told on standard error", async () => {
  const out = join(folder, "sample.csv");
  const { exitCode, err } = await run({ out });
  assert.equal(exitCode, 0);
  assert.match(err, /1000 records, 50 of them anomalous \(seed 42\)/);
  const lines = (await readFile(out, "utf8")).split("\n");
  assert.equal(lines.length, 1002);
  assert.equal(lines[0], "build_id,duration,failure_rate");
});

test('"-" writes the same bytes to standard output', async () => {
  const out = join(folder, "same.csv");
  await run({ out, records: "20", seed: "7" });
  assert.equal((await run({ out: "-", records: "20", seed: "7" })).out, await readFile(out, "utf8"));
});

test("a file that is there stays as it is, unless it may be replaced", async () => {
  const out = join(folder, "mine.csv");
  await writeFile(out, "precious");
  const { exitCode, err } = await run({ out });
  assert.equal(exitCode, 5);
  assert.match(err, /already there and was not touched.*--force/);
  assert.equal(await readFile(out, "utf8"), "precious");
  assert.equal((await run({ out, force: true })).exitCode, 0);
  assert.match(await readFile(out, "utf8"), /^build_id/);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.startsWith(".")),
    [],
  );
});

test("a folder as the target and a folder that does not exist are told", async () => {
  assert.match((await run({ out: folder })).err, /it is a folder/);
  assert.match((await run({ out: join(folder, "none", "a.csv") })).err, /the folder .*none does not exist/);
});

test("numbers out of bounds are refused with the bounds", async () => {
  for (const records of ["0", "-1", "3.5", "1e9", "10000001", "abc", "", "Infinity"]) {
    const { exitCode, err } = await run({ out: "-", records });
    assert.equal(exitCode, 2, records);
    assert.match(err, /--records takes a whole number from 1 to 10000000, not ".*"/);
  }
  for (const anomalies of ["0.51", "-1", "NaN", "0,1", "5%", "", "1e400"]) {
    const { exitCode, err } = await run({ out: "-", anomalies });
    assert.equal(exitCode, 2, anomalies);
    assert.match(err, /--anomalies takes a number from 0 to 0\.5, not/);
  }
  assert.equal((await run({ out: "-", seed: "1.5" })).exitCode, 2);
});
