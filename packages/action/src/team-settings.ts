import { githubEvidence } from "oddrun/internal/adapters/github/evidence";
import { parseSettings } from "oddrun/internal/adapters/settings/parse-settings";
import { channelVariables, requireVariables } from "oddrun/internal/adapters/settings/variables";
import { problem, type Settings, type SourceRepository } from "oddrun/ports";
import { inputText } from "./inputs.ts";
import type { Session } from "./session.ts";

/** Where settings are looked for: the first that is there counts, alone. */
const PLACES: readonly string[] = ["oddrun.yaml", ".github/oddrun.yaml"];

/**
 * What the team has set, from the default branch: a checkout may hold what a stranger's pull request brought. Addresses and keys of channels are
 * masked from now on; where messages will be sent, each has to be there.
 */
export async function teamSettings(
  { world, connection, commands }: Session,
  repository: SourceRepository,
  { isSending }: { readonly isSending: boolean },
): Promise<Settings> {
  const { env } = world;
  const wanted = inputText(env, "config");
  const evidence = githubEvidence(connection);
  const ref = repository.defaultBranch ?? "HEAD";
  for (const path of wanted === "" ? PLACES : [wanted]) {
    const text = await evidence.fileAt(repository.fullName, path, ref);
    if (text === null) continue;
    const settings = parseSettings(text, path);
    for (const { name } of channelVariables(settings, env)) commands.mask(env[name] ?? "");
    if (isSending) requireVariables(settings, env);
    commands.line(`settings: ${path} of the default branch`);
    return settings;
  }
  if (wanted !== "") {
    const why = "the default branch has no such file, or the token may not read it (contents: read)";
    throw problem("settings-unreadable", wanted, why);
  }
  commands.line("settings: the usual ones; there is no oddrun.yaml on the default branch that the token may read");
  return parseSettings("{}", "the settings");
}
