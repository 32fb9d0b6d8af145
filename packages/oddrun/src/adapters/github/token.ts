import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { problem } from "../../operations/problems.ts";
import type { Credential } from "./requests.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const TOKEN_CHARS_MAX = 10_000;
const GH_TIMEOUT_MS = 10_000;

/** The token to ask with, from GITHUB_TOKEN, GH_TOKEN or `gh auth token`; null when there is none. */
export async function findToken(env: Environment, webHost: string): Promise<string | null> {
  for (const name of ["GITHUB_TOKEN", "GH_TOKEN"]) {
    const text = env[name]?.trim() ?? "";
    if (text !== "") return soundToken(text, name);
  }
  const text = await ghToken(env, webHost);
  return text === "" ? null : soundToken(text, '"gh auth token"');
}

/** A token goes into a header as it is: anything else in it would be sent, or shown, where it does not belong. */
function soundToken(text: string, place: string): string {
  if (/\s/.test(text)) throw problem("github-token-malformed", place, "there are spaces or line ends within it");
  if (!/^[\x21-\x7e]+$/.test(text))
    throw problem("github-token-malformed", place, "it has characters that no token has");
  if (text.length > TOKEN_CHARS_MAX) throw problem("github-token-malformed", place, "it is far too long");
  return text;
}

/** "" when `gh` is not there, not logged in, or does not answer. */
async function ghToken(env: Environment, webHost: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("gh", ["auth", "token", "--hostname", webHost], {
      env: { ...env },
      timeout: GH_TIMEOUT_MS,
      windowsHide: true,
    });
    return stdout.trim();
  } catch {
    return "";
  }
}

/** A token of a person, or the one that Actions gives to a job. */
export function tokenCredential(token: string): Credential {
  return {
    authorization: async () => `Bearer ${token}`,
    refused: async () => false,
  };
}

/**
 * What read marks of this token are kept under, never its text; null for one that lives too short a time for them: a mark holds
 * for one token only. Personal tokens last: ghp_, gho_, github_pat_, and the 40 hex digits of older servers.
 */
export function markedTokenId(token: string): string | null {
  if (!/^(ghp_|gho_|github_pat_)|^[0-9a-f]{40}$/.test(token)) return null;
  return createHash("sha256").update(token).digest("hex").slice(0, 16);
}
