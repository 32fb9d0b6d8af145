import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "oddrun/ports";
import { readVaultAddress } from "./vault-secret.ts";

test("a secret's address is read into vault, name and version", () => {
  const version = "0123456789abcdef0123456789abcdef";
  assert.deepEqual(readVaultAddress("ODDRUN_API_KEY", `https://kv-a.vault.azure.net/secrets/api-key/${version}`), {
    vaultUrl: "https://kv-a.vault.azure.net",
    name: "api-key",
    version,
  });
  assert.equal(readVaultAddress("X", "https://kv-a.vault.usgovcloudapi.net/secrets/api-key/").version, undefined);
});

for (const address of [
  "http://kv-a.vault.azure.net/secrets/a",
  "https://kv-a.vault.azure.net.attacker.example/secrets/a",
  "https://attacker.example/secrets/a?x=.vault.azure.net",
  "https://vault.azure.net/secrets/a",
  "https://a.b.vault.azure.net/secrets/a",
  "https://me:word@kv-a.vault.azure.net/secrets/a",
  "https://kv-a.vault.azure.net:8443/secrets/a",
  "https://kv-a.vault.azure.net/keys/a",
  "https://kv-a.vault.azure.net/secrets/a/b/c",
  "https://kv-a.vault.azure.net/secrets/",
  "kv-a/api-key",
]) {
  test(`no token goes to what is no secret: ${address}`, () => {
    assert.throws(
      () => readVaultAddress("ODDRUN_API_KEY", address),
      (error) => error instanceof Problem && error.exitCode === 2 && error.message.startsWith("ODDRUN_API_KEY begins"),
    );
  });
}
