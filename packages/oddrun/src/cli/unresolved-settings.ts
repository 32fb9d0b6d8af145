import { problem } from "../operations/problems.ts";

/** How App Service spells a reference to a secret. One that it could not resolve reaches the program as this very text. */
const VAULT_REFERENCE = /^\s*@Microsoft\.KeyVault\(/i;

/** Names of the settings that hold such a text, in order. */
export function unresolvedSettings(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(env)
    .filter((name) => VAULT_REFERENCE.test(env[name] ?? ""))
    .sort();
}

/**
 * Refuses to go on with a reference in place of a secret: as a key it would be known to everybody who knows the vault's name.
 * @throws Problem "setting-unresolved", which names the settings and not their values.
 */
export function refuseUnresolvedSettings(env: Readonly<Record<string, string | undefined>>): void {
  const names = unresolvedSettings(env);
  if (names.length > 0) throw problem("setting-unresolved", names);
}
