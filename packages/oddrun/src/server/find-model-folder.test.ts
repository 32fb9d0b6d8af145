import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Problem } from "../operations/problems.ts";
import { findModelFolder } from "./find-model-folder.ts";

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), "oddrun-mount-"));
});
after(() => rm(root, { recursive: true }));

/** A mount with a manifest in each of these folders of it ("." is the mount itself). */
async function mount(name: string, ...modelFolders: readonly string[]): Promise<string> {
  const place = join(root, name);
  await mkdir(place);
  for (const folder of modelFolders) {
    await mkdir(join(place, folder), { recursive: true });
    await writeFile(join(place, folder, "model.json"), "{}");
  }
  return place;
}

function refused(code: string, message: RegExp) {
  return (error: unknown) => error instanceof Problem && error.code === code && message.test(error.message);
}

test("a model is found in the folder itself, one folder deeper, and by its manifest", async () => {
  const flat = await mount("flat", ".");
  assert.equal(await findModelFolder(flat), flat);
  assert.equal(await findModelFolder(join(flat, "model.json")), flat);
  const deep = await mount("deep", "pipeline-anomaly");
  await writeFile(join(deep, "notes.txt"), "");
  assert.equal(await findModelFolder(deep), join(deep, "pipeline-anomaly"));
});

test("no deeper than that is looked, and a folder called model.json is no model", async () => {
  const none = /^No trained model in .* or a folder directly in it\. /;
  await assert.rejects(findModelFolder(await mount("too-deep", "a/b")), refused("model-not-found", none));
  await assert.rejects(findModelFolder(await mount("empty")), refused("model-not-found", none));
  await assert.rejects(findModelFolder(join(root, "nowhere")), refused("model-not-found", none));
  const odd = await mount("odd");
  await mkdir(join(odd, "model.json"));
  await assert.rejects(findModelFolder(odd), refused("model-not-found", none));
  const file = join(root, "a-file");
  await writeFile(file, "");
  await assert.rejects(findModelFolder(file), refused("model-not-found", none));
});

test("several models are refused by their names, at one depth and at both", async () => {
  const beside = await mount("beside", "v1", "v2");
  await assert.rejects(
    findModelFolder(beside),
    refused("model-ambiguous", /holds 2 models: \S+v1, \S+v2\. Name the folder of the one to serve/),
  );
  await assert.rejects(findModelFolder(await mount("both", ".", "v1")), refused("model-ambiguous", /holds 2 models/));
});

test("a mount that links into hidden folders, as Kubernetes makes them, holds one model", async (t) => {
  const place = await mount("linked", "..2026_11_22");
  try {
    await symlink("..2026_11_22", join(place, "..data"), "dir");
    await symlink(join("..data", "model.json"), join(place, "model.json"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error;
    t.skip("this user may not make links");
    return;
  }
  assert.equal(await findModelFolder(place), place);
});
