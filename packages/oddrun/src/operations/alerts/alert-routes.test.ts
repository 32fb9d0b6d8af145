import assert from "node:assert/strict";
import { test } from "node:test";
import { alertRoutes } from "./alert-routes.ts";
import { sampleMessages } from "./alert-samples.contract.ts";

const chat = { kind: "slack", urlFrom: "CHAT" } as const;
const SETTINGS = { channels: { web: chat, rest: chat }, routes: [{ owner: "@octo-org/web", to: ["web"] }] };
const SHOP = { id: 7, fullName: "octo-org/shop", defaultBranch: "trunk" };
const IMPORTED = { id: -3, fullName: "files/only", defaultBranch: null };

test("owners are read of the default branch, from the first place that has them, and say who gets a message", async () => {
  const asked: string[] = [];
  const fileAt = (repository: string, path: string, ref: string): Promise<string | null> => {
    asked.push(`${repository} ${path} ${ref}`);
    return Promise.resolve(path === "CODEOWNERS" ? "* @octo-org/all\n/.github/ @octo-org/web\n" : null);
  };
  const route = await alertRoutes(SETTINGS, [SHOP, IMPORTED], fileAt);
  assert.deepEqual(asked, ["octo-org/shop .github/CODEOWNERS trunk", "octo-org/shop CODEOWNERS trunk"]);
  assert.deepEqual(route(sampleMessages().new), ["web"]);
  assert.deepEqual(route(sampleMessages().storm), ["web", "rest"], "of no one workflow, so that nobody owns it");
});

test("nothing is read where no route names an owner, and nobody owns what can't be read", async () => {
  const never = () => assert.fail("nothing is to be read");
  const route = await alertRoutes({ ...SETTINGS, routes: [{ workflow: "ci.yml", to: ["rest"] }] }, [SHOP], never);
  assert.deepEqual(route(sampleMessages().new), ["rest"]);
  assert.deepEqual((await alertRoutes(SETTINGS, [SHOP], null))(sampleMessages().new), ["web", "rest"]);
});
