import assert from "node:assert/strict";
import { test } from "node:test";
import { armClient } from "../arm-client.ts";
import { type ScriptedAnswer, scriptedAzure, testContext, testCredential } from "../scripted-azure.contract.ts";
import { createNextVersion, IDENTITY_PROPERTY, listVersions } from "./model-versions.ts";

const WORKSPACE = { subscriptionId: "s-1", resourceGroup: "rg", workspace: "ml-a" };

/** A registry that behaves as `put` says; what it took is in `kept`. */
function registry(
  put: (version: string, ifNoneMatch: string | undefined, kept: Map<string, object>) => ScriptedAnswer,
) {
  const kept = new Map<string, object>();
  const gone = { status: 404, body: { error: { code: "UserError", message: "not found" } } };
  const azure = scriptedAzure(({ method, url, body, ifNoneMatch }) => {
    const version = /\/versions\/(\d+)$/.exec(url.pathname)?.[1];
    if (version === undefined && url.pathname.endsWith("/models/m"))
      return { body: { properties: { nextVersion: "9" } } };
    if (version === undefined) return { body: { value: [...kept.values()] } };
    if (method === "GET") return kept.has(version) ? { body: kept.get(version) } : gone;
    const answer = put(version, ifNoneMatch, kept);
    if (answer.status === undefined) kept.set(version, { name: version, ...(body as object) });
    return { body: kept.get(version), ...answer };
  });
  const context = testContext();
  const arm = armClient({ credential: testCredential, context, httpClient: azure.httpClient });
  const create = (identity: string) =>
    createNextVersion(arm, WORKSPACE, "m", {
      context,
      latest: 0,
      properties: {
        modelType: "custom_model",
        modelUri: `azureml://datastores/d/paths/${identity}`,
        description: "",
        tags: {},
        properties: { [IDENTITY_PROPERTY]: identity },
      },
    });
  return { kept, arm, create, azure };
}

test("a service that takes no notice of If-None-Match, and refuses to change a version, leaves the other's as it is", async () => {
  const immutable = { status: 400, body: { error: { code: "UserError", message: "cannot be replaced" } } };
  const { create, kept } = registry((version, _, there) => (there.has(version) ? immutable : {}));
  assert.equal((await create("a")).version, "1");
  assert.equal((await create("b")).version, "2");
  assert.equal((await create("a")).version, "1");
  assert.equal(kept.size, 2);
});

test("a version that another trainer put over ours at the same moment is noticed, and ours gets the next number", async () => {
  const other = { name: "1", properties: { properties: { [IDENTITY_PROPERTY]: "other" } } };
  const { create, kept } = registry((version, _, there) => {
    if (version !== "1") return {};
    there.set("1", other);
    return { status: 200 };
  });
  assert.equal((await create("ours")).version, "2");
  assert.equal(kept.get("1"), other);
});

test("the number of a deleted version is passed over", async () => {
  const message = "Asset azureml://models/m/versions/1 was deleted at 07/17/2026, it cannot be recreated.";
  const { create } = registry((version) =>
    version === "1" ? { status: 400, body: { error: { code: "UserError", message } } } : {},
  );
  assert.equal((await create("a")).version, "9");
});

test("the number of a deleted version is passed over too when it is refused as a conflict", async () => {
  const conflict = { status: 409, body: { error: { code: "Conflict", message: "no" } } };
  const { create } = registry((version) => (version === "1" ? conflict : {}));
  assert.equal((await create("a")).version, "9");
});

test("a model that a second trainer registered while a third one took our number gets no version more", async () => {
  const of = (name: string, identity: string) => ({
    name,
    properties: { properties: { [IDENTITY_PROPERTY]: identity } },
  });
  const { create, kept } = registry((_, __, there) => {
    there.set("1", of("1", "third's")).set("2", of("2", "ours"));
    return { status: 412 };
  });
  assert.equal((await create("ours")).version, "2");
  assert.equal(kept.size, 2);
});

test("a refusal of what was sent is told, and is no reason to try other numbers", async () => {
  const refused = { status: 400, body: { error: { code: "UserError", message: "The modelUri is wrong." } } };
  const { create, azure } = registry(() => refused);
  await assert.rejects(create("a"), /refused .* with status 400: UserError: The modelUri is wrong\./);
  assert.equal(azure.lines().filter((line) => line.startsWith("PUT")).length, 1);
});

test("a conflict that does not end is given up", async () => {
  const { create, kept } = registry(() => ({ status: 409, body: { error: { code: "Conflict", message: "busy" } } }));
  await assert.rejects(create("a"), { code: "azure-conflict" });
  assert.equal(kept.size, 0);
});

test("versions are listed newest first by number, those of other names left out", async () => {
  const { arm, kept } = registry(() => ({}));
  for (const name of ["2", "10", "v3", "1", "007"]) kept.set(name, { name, properties: {} });
  const listed = await listVersions(arm, WORKSPACE, "m");
  assert.deepEqual(
    listed.map(({ version }) => version),
    ["10", "2", "1"],
  );
});
