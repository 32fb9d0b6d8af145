import { join } from "node:path";
import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import type { AlertMirror } from "../../operations/alerts/alert-mirror.ts";
import type { AlertsPass } from "../../operations/alerts/alerts-pass.ts";
import type { GithubConnection } from "../../adapters/github/index.ts";
import { incidentName } from "@oddrun/core";
import { Problem } from "../../operations/problems.ts";
import type { Settings } from "../../operations/settings/settings.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { apiUrlOption, oneOf } from "../options.ts";
import { priceTable } from "../price-table.ts";
import { alertSettings } from "./alerts-settings.ts";

const STOPPED = 130;
const FAILED = 4;

/** `oddrun alerts send`: one pass over the alerts of what is stored. Exit 4 where a channel refused. */
export async function sendAction(input: CommandInput, context: CommandContext): Promise<number> {
  const { env, signal, now, log, dataDir } = context;
  const settings = await alertSettings(input, context);
  const prices = await priceTable(input, context);
  const told = oneOf(input, "visibility", ["public", "private", "unknown"] as const, "unknown");
  const { openStore } = await import("../../adapters/store/index.ts");
  const { channelsOf } = await import("../../adapters/notifications/index.ts");
  const { alertComposer } = await import("../../operations/alerts/alert-composer.ts");
  const { alertRoutes } = await import("../../operations/alerts/alert-routes.ts");
  const { runAlerts } = await import("../../operations/alerts/run-alerts.ts");
  const { version } = await import("../version.ts");
  const connection = await connectionOf(input, settings, context);
  const github = connection === null ? null : await issuesOn(connection, input);
  const store = await openStore(join(dataDir, "oddrun.db"), { create: false });
  try {
    const repositories = await store.repositories();
    const pass = await runAlerts(
      {
        store,
        signal,
        log,
        now,
        isByHand: true,
        progress: (line) => context.progress(line),
        mirror: hasIssues(settings) ? (github?.mirror ?? null) : null,
        channels: channelsOf(settings, { env, signal, now, version: version(), issues: github?.channel ?? null }),
        compose: alertComposer(store, {
          privacy: settings.privacy,
          prices,
          otherwiseVisibility: told === "unknown" ? null : told,
        }),
        route: await alertRoutes(settings, repositories, github?.fileAt ?? null),
      },
      { place: dataDir, settings, watchedBeforeMs: null },
    );
    if (input.isSet("json")) {
      const { jsonText } = await import("../json-text.ts");
      context.stdout.write(jsonText(pass));
    } else context.stdout.write(passText(pass));
    if (!pass.isComplete) return STOPPED;
    return pass.unsaid.some(({ state }) => state === "refused") ? FAILED : 0;
  } finally {
    await store.close();
  }
}

const hasIssues = ({ channels }: Settings): boolean =>
  Object.values(channels).some(({ kind }) => kind === "github-issue");

/** null where no channel needs GitHub, or there is no token: the channel of issues says so itself. */
async function connectionOf(
  input: CommandInput,
  settings: Settings,
  context: CommandContext,
): Promise<GithubConnection | null> {
  const { env, signal, log, now } = context;
  if (!hasIssues(settings) && !settings.routes.some(({ owner }) => owner !== undefined)) return null;
  const { connectToGithub } = await import("../../adapters/github/index.ts");
  const { version } = await import("../version.ts");
  const apiUrl = apiUrlOption(input, env);
  try {
    return await connectToGithub({
      env,
      signal,
      log,
      now,
      marks: null,
      version: version(),
      ...(apiUrl === undefined ? {} : { apiUrl }),
    });
  } catch (error) {
    if (error instanceof Problem && error.code === "github-token-missing") return null;
    throw error;
  }
}

async function issuesOn(connection: GithubConnection, input: CommandInput) {
  const { githubIssueChannel, githubIssueMirror } = await import("../../adapters/github-issues/index.ts");
  const { githubEvidence } = await import("../../adapters/github/index.ts");
  const homeRepository = input.text("repo") ?? null;
  const evidence = githubEvidence(connection);
  return {
    mirror: githubIssueMirror({ connection }) satisfies AlertMirror,
    channel: (
      name: string,
      { labels, assignees }: { readonly labels: readonly string[]; readonly assignees: readonly string[] },
    ): AlertChannel => githubIssueChannel({ name, labels, assignees, connection, homeRepository }),
    fileAt: (repository: string, path: string, ref: string) => evidence.fileAt(repository, path, ref),
  };
}

function passText({ isFirst, watchingSinceMs, said, unsaid, held, orders }: AlertsPass): string {
  const since = new Date(watchingSinceMs).toISOString().slice(0, 16).replace("T", " ");
  const lines = [
    ...orders.map(
      ({ incidentNumber, decision, who }) =>
        `${incidentName(incidentNumber)}: ${decision}, as ${printable(who)} asked for on its issue`,
    ),
    ...said.map(({ title, channel }) => `said to ${printable(channel)}: ${printable(title, 120)}`),
    ...unsaid.map(
      ({ title, channel, state, why }) =>
        `${state}, ${printable(channel)}: ${printable(title, 120)} (${printable(why, 300)})`,
    ),
  ];
  if (isFirst) lines.push(`Watching begins now (${since} UTC): nothing is said of what was there before.`);
  else if (said.length + unsaid.length === 0) lines.push("Nothing to say.");
  if (held.length > 0)
    lines.push(`${held.length} ${held.length === 1 ? "incident is" : "incidents are"} left for the digest.`);
  return `${lines.join("\n")}\n`;
}
