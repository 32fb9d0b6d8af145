import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../operations/problems.ts";
import { refuseUnresolvedSettings } from "./unresolved-settings.ts";

test("a setting with a reference to Key Vault in it is refused by its name, its value untold", () => {
  const reference = "@Microsoft.KeyVault(SecretUri=https://kv-a.vault.azure.net/secrets/oddrun-api-key/)";
  for (const value of [reference, ` ${reference}`, reference.toLowerCase()]) {
    assert.throws(
      () => refuseUnresolvedSettings({ PATH: "/bin", ODDRUN_API_KEY: value }),
      (error) =>
        error instanceof Problem &&
        error.exitCode === 2 &&
        error.message.startsWith("ODDRUN_API_KEY holds a Key Vault reference that was not resolved. ") &&
        !error.message.includes("kv-a"),
    );
  }
  assert.throws(
    () => refuseUnresolvedSettings({ GITHUB_WEBHOOK_SECRET: reference, ODDRUN_API_KEY: reference }),
    /GITHUB_WEBHOOK_SECRET, ODDRUN_API_KEY hold Key Vault references that were not resolved/,
  );
});

test("other settings pass, also one that only mentions a reference", () => {
  refuseUnresolvedSettings({ A: undefined, B: "", C: "see @Microsoft.KeyVault(...)", ODDRUN_API_KEY: "k".repeat(32) });
});
