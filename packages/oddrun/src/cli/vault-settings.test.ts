import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsFromVault, vaultReferences } from "./vault-settings.ts";

const WORLD = { now: Date.now, signal: new AbortController().signal };

test("a command does not start with a reference that App Service left unresolved", async () => {
  const env = { ODDRUN_API_KEY: "@Microsoft.KeyVault(SecretUri=https://kv-a.vault.azure.net/secrets/key/)" };
  await assert.rejects(settingsFromVault("serve", env, WORLD), { code: "setting-unresolved" });
});

test("settings without references are passed on as they are, and nothing is loaded", async () => {
  const env = { ODDRUN_API_KEY: "a".repeat(40), PATH: "keyvault:not-ours" };
  assert.equal(await settingsFromVault("serve", env, WORLD), env);
});

test("a setting names its secret behind keyvault:, in any letter case", () => {
  assert.deepEqual(
    vaultReferences({ ODDRUN_API_KEY: " KeyVault: https://kv-a.vault.azure.net/secrets/key ", OTHER: "keyvault:x" }),
    [["ODDRUN_API_KEY", "https://kv-a.vault.azure.net/secrets/key"]],
  );
});

test("a command that does not read a setting does without it and without the vault", async () => {
  const env = { ODDRUN_API_KEY: "keyvault:https://kv-a.vault.azure.net/secrets/key", PORT: "1" };
  assert.deepEqual(await settingsFromVault("report", env, WORLD), { PORT: "1" });
});

test("what is needed to sign in cannot come from the vault", async () => {
  await assert.rejects(
    settingsFromVault("report", { AZURE_CLIENT_SECRET: "keyvault:https://kv-a.vault.azure.net/secrets/s" }, WORLD),
    {
      code: "vault-reference-wrong",
    },
  );
});
