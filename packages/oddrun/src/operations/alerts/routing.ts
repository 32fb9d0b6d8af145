import type { RouteSettings, Settings } from "../settings/settings.ts";
import { matchesName } from "../settings/matches-pattern.ts";
import { isWorkflow } from "../settings/watched-workflow.ts";
import type { AlertMessage } from "./alert-message.ts";

/** What of a message says who gets it. */
export type RoutedMessage = Pick<AlertMessage, "word" | "repository" | "workflow">;

/**
 * The names of the channels that get a message, in the order of the settings. `owners` are those of the workflow's file in CODEOWNERS.
 * Every route that matches counts; a message that none matches goes to all channels, and one that only routes without channels match
 * goes nowhere but the digest, which therefore such routes do not hold back.
 */
export function routeAlert(
  message: RoutedMessage,
  settings: Pick<Settings, "channels" | "routes">,
  owners: readonly string[],
): readonly string[] {
  const all = Object.keys(settings.channels);
  if (message.word === "test") return all;
  const matching = settings.routes.filter((route) => matches(route, message, owners));
  const counted = message.word === "digest" ? matching.filter(({ to }) => to.length > 0) : matching;
  return counted.length === 0 ? all : all.filter((name) => counted.some(({ to }) => to.includes(name)));
}

/** A route says nothing of what it leaves out; of what it names, the message must tell. */
function matches(route: RouteSettings, { repository, workflow }: RoutedMessage, owners: readonly string[]): boolean {
  const { repository: ofRepository, workflow: ofWorkflow, owner: ofOwner } = route;
  if (ofRepository !== undefined && (repository === null || !matchesName(repository.fullName, ofRepository)))
    return false;
  if (ofWorkflow !== undefined && (workflow === null || !isWorkflow(workflow, ofWorkflow))) return false;
  return ofOwner === undefined || owners.some((owner) => matchesName(owner, ofOwner));
}
