import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { SCORING_CONTRACT } from "../../packages/oddrun/src/operations/models/scoring-contract.ts";
import { assembleImage, badModes, type Image, runInImage, signalContainer, whyNoContainer } from "./container.ts";
import { ROOT } from "./dockerfile.ts";

const reason = whyNoContainer();
if (reason !== null) process.stderr.write(`SKIPPED running the scoring image: ${reason}\n`);
const skip = reason === null ? false : reason;

/** Where Azure ML mounts version 1 of the model asset. */
const MOUNT = "/var/azureml-app/azureml-models/pipeline-anomaly/1";
const { scorePath, livePath, readyPath, modelDirVariable, authVariable, authByPlatform } = SCORING_CONTRACT;
const MIB = 2 ** 20;

/** The first design's example, word for word. */
const EXAMPLE = {
  data: [
    { build_id: "build_001", duration: 300, failure_rate: 0.05 },
    { build_id: "build_002", duration: 900, failure_rate: 0.45 },
  ],
};

let folder: string;
let image: Image;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "oddrun-image-"));
  if (reason !== null) return;
  image = await assembleImage(folder);
  const main = join(ROOT, "packages/oddrun/src/cli/main.ts");
  const trained = spawnSync(process.execPath, [main, "train", "--data-dir", "data"], { cwd: folder, encoding: "utf8" });
  assert.equal(trained.status, 0, trained.stderr);
  await cp(join(folder, "model"), join(folder, "deep/pipeline-anomaly"), { recursive: true });
});
after(() => rm(folder, { recursive: true, force: true }));

let containerCount = 0;
async function run(command: readonly string[], volumes: Record<string, string>, env: Record<string, string> = {}) {
  const place = join(folder, `container-${(containerCount += 1)}`);
  await mkdir(place);
  return runInImage(image, place, command, { volumes, env });
}

async function runToEnd(
  command: readonly string[],
  volumes: Record<string, string> = {},
  env: Record<string, string> = {},
) {
  const child = await run(command, volumes, env);
  const ended = once(child, "close") as Promise<[number | null]>;
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, status };
}

for (const [depth, source] of [
  ["in the mount itself", "model"],
  ["one folder deeper", "deep"],
] as const)
  test(`the image serves a model ${depth}, as its own user on a read-only root, and ends well`, { skip }, async (t) => {
    const child = await run(
      image.entry,
      { [join(folder, source)]: MOUNT },
      { [modelDirVariable]: MOUNT, [authVariable]: authByPlatform, ODDRUN_PORT: "0" },
    );
    t.after(() => child.kill("SIGKILL"));
    const stderr = text(child.stderr);
    const ended = once(child, "close") as Promise<[number | null]>;
    const first = await Promise.race([once(child.stdout, "data"), ended.then(() => null)]);
    if (first === null) assert.fail(await stderr);
    const port = /:(\d+) /.exec(String(first[0]))![1]!;
    const url = `http://127.0.0.1:${port}`;

    assert.equal((await fetch(`${url}${livePath}`)).status, 200);
    assert.equal((await fetch(`${url}${readyPath}`)).status, 200);
    const answer = await fetch(`${url}${scorePath}`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer of-the-platform" },
      body: JSON.stringify(EXAMPLE),
    });
    const { predictions, model } = (await answer.json()) as { predictions: boolean[]; model: { sha256: string } };
    assert.deepEqual([answer.status, predictions], [200, [false, true]]);
    assert.match(model.sha256, /^[0-9a-f]{64}$/);

    const healthy = await runToEnd(image.healthCheck, {}, { ODDRUN_PORT: port });
    assert.equal(healthy.status, 0, healthy.stderr);

    signalContainer(child, "SIGTERM");
    assert.deepEqual([(await ended)[0], await stderr], [0, ""]);
    const gone = await runToEnd(image.healthCheck, {}, { ODDRUN_PORT: port });
    assert.equal(gone.status, 1, gone.stderr);
  });

test("its user is the Dockerfile's and can write nowhere", { skip }, async () => {
  const places = ["/", "/app", "/app/dist/scoring", "/tmp", "/etc", "/usr/local/bin", MOUNT];
  const program = `
    const { writeFileSync } = require("node:fs");
    const refusals = ${JSON.stringify(places)}.map((place) => {
      try { writeFileSync(place + "/written", ""); return place + " was written to"; } catch ({ code }) { return code; }
    });
    console.log(JSON.stringify({ uid: process.getuid(), gid: process.getgid(), home: process.env.HOME ?? null, refusals }));`;
  const { stdout, stderr, status } = await runToEnd(["node", "-e", program], { [join(folder, "model")]: MOUNT });
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), { ...image.user, home: null, refusals: places.map(() => "EROFS") });
});

test("without a model, and open to all without a word from the deployment, it ends with the reason", {
  skip,
}, async () => {
  const empty = await runToEnd(image.entry, {}, { [modelDirVariable]: MOUNT, [authVariable]: authByPlatform });
  assert.equal(empty.status, 3);
  assert.match(empty.stderr, /^oddrun: No trained model in \/var\/azureml-app\/\S+ or a folder directly in it\. .*\n$/);
  const open = await runToEnd(image.entry, { [join(folder, "model")]: MOUNT }, { [modelDirVariable]: MOUNT });
  assert.equal(open.status, 2);
  assert.match(open.stderr, /^oddrun: Others can reach 0\.0\.0\.0, so a key is needed: set ODDRUN_API_KEY/);
});

test("its files are few and small, and any user may read and none may change them", { skip }, () => {
  const app = join(image.root, "app");
  assert.deepEqual(badModes(app), []);
  const { stdout } = spawnSync("du", ["-sb", app], { encoding: "utf8" });
  assert.ok(Number(stdout.split("\t")[0]) < 40 * MIB, stdout);
});
