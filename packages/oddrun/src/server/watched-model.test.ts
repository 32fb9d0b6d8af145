import assert from "node:assert/strict";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  ask,
  GOOD_BODY,
  keepingLog,
  postScore,
  serverUnderTest,
  simpleModel,
  until,
} from "./server-under-test.contract.ts";
import { filesFingerprint, type ModelPlace, watchModel } from "./watched-model.ts";

/** A folder with one file that holds the model's version, or "bad". */
async function folderWithModel(version: string | null) {
  const folder = await mkdtemp(join(tmpdir(), "oddrun-watch-"));
  const file = join(folder, "model.json");
  const publish = async (text: string): Promise<void> => {
    await writeFile(`${file}.incoming`, text);
    await rename(`${file}.incoming`, file);
  };
  if (version !== null) await publish(version);
  let loads = 0;
  const place: ModelPlace = {
    fingerprint: () => filesFingerprint([file]),
    load: async () => {
      loads++;
      const text = await readFile(file, "utf8");
      if (text === "bad") throw new Error("its hash does not fit");
      return simpleModel(text);
    },
  };
  return { place, publish, loads: () => loads, remove: () => rm(folder, { recursive: true }) };
}

test("a model that appears later is picked up without being asked", async () => {
  const folder = await folderWithModel(null);
  const source = await watchModel({ place: folder.place, log: keepingLog().log, intervalMs: 5 });
  assert.equal(source.current(), null);
  await folder.publish("metrics-1");
  await until(() => source.current() !== null);
  assert.equal(source.current()?.version, "metrics-1");
  source.close();
  await folder.remove();
});

test("an unchanged model is not loaded again; many who ask at once make one look", async () => {
  const folder = await folderWithModel("metrics-1");
  const source = await watchModel({ place: folder.place, log: keepingLog().log, intervalMs: 60_000 });
  for (let look = 0; look < 5; look++) await source.refresh();
  assert.equal(folder.loads(), 1);
  await folder.publish("metrics-2");
  await Promise.all(Array.from({ length: 20 }, () => source.refresh()));
  assert.equal(folder.loads(), 2);
  source.close();
  await folder.remove();
});

test("a bad model is told once and leaves the good one; the next good one heals it", async () => {
  const folder = await folderWithModel("metrics-1");
  const { log, lines } = keepingLog();
  const source = await watchModel({ place: folder.place, log, intervalMs: 60_000 });
  await folder.publish("bad");
  for (let look = 0; look < 3; look++) await source.refresh();
  assert.equal(source.current()?.version, "metrics-1");
  assert.equal(source.isDegraded(), true);
  assert.deepEqual(
    lines.filter(({ level }) => level === "warn").map(({ fields }) => fields["why"]),
    ["its hash does not fit"],
  );
  await folder.publish("metrics-2");
  await source.refresh();
  assert.equal(source.isDegraded(), false);
  assert.equal(source.current()?.version, "metrics-2");
  source.close();
  await folder.remove();
});

test("a place that cannot even be looked at keeps the model in use", async () => {
  let isBroken = false;
  const { log, lines } = keepingLog();
  const place: ModelPlace = {
    fingerprint: async () => {
      if (isBroken) throw new Error("no such disk");
      return "1";
    },
    load: async () => simpleModel(),
  };
  const source = await watchModel({ place, log, intervalMs: 60_000 });
  isBroken = true;
  await source.refresh();
  assert.equal(source.current()?.version, "metrics-1");
  assert.equal(lines.at(-1)?.level, "error");
  source.close();
});

test("readiness tells what can be told without a key, and no more", async () => {
  const folder = await folderWithModel("bad");
  const source = await watchModel({ place: folder.place, log: keepingLog().log, intervalMs: 60_000 });
  const server = await serverUnderTest({ models: source });
  const ready = async () => {
    const { status, text } = await ask(`${server.url}/health/ready`);
    return [status, text];
  };
  assert.deepEqual(await ready(), [503, '{"status":"no-model"}']);
  await folder.publish("metrics-1");
  await source.refresh();
  assert.deepEqual(await ready(), [200, '{"status":"ready"}']);
  await folder.publish("bad");
  await source.refresh();
  assert.deepEqual(await ready(), [200, '{"status":"ready","degraded":true}']);
  const stopping = server.stop();
  assert.deepEqual(await ready(), [503, '{"status":"draining"}']);
  await stopping;
  source.close();
  await folder.remove();
});

test("twenty good and ten bad models under load: no request fails, no batch is of two models", async () => {
  const folder = await folderWithModel("metrics-0");
  const source = await watchModel({ place: folder.place, log: keepingLog().log, intervalMs: 60_000 });
  const server = await serverUnderTest({ models: source });
  let isOver = false;
  const versions = new Set<string>();
  let answers = 0;
  const big = JSON.stringify({ data: Array.from({ length: 600 }, () => ({ duration: 900, failure_rate: 0 })) });
  const client = async (body: string): Promise<void> => {
    for (;;) {
      if (isOver) return;
      const { status, json } = await postScore(server.url, body);
      assert.equal(status, 200);
      const { version } = json.model;
      for (const reason of json.reasons) if (reason !== null) assert.equal(reason, `duration 900 s by ${version}`);
      versions.add(version);
      answers++;
    }
  };
  const load = Promise.all([client(GOOD_BODY), client(GOOD_BODY), client(big)]);
  for (let reload = 1; reload <= 30; reload++) {
    await folder.publish(reload % 3 === 0 ? "bad" : `metrics-${reload}`);
    await source.refresh();
    const target = answers + 1;
    await until(() => answers >= target);
  }
  isOver = true;
  await load;
  assert.ok(versions.size >= 10, `${versions.size} versions answered`);
  assert.ok(![...versions].includes("bad"));
  await server.stop();
  source.close();
  await folder.remove();
});
