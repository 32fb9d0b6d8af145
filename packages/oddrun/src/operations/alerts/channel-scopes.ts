import { type InboxScope, type Repository, repositoryInbox } from "@oddrun/core";
import type { WorkflowActivity } from "../incidents/incident-store.ts";
import type { AlertChannel } from "./alert-channel.ts";

export interface NamedInbox {
  readonly name: string;
  readonly scope: InboxScope;
}

/** Which inboxes hear of a repository, and which channels each of them is read in. */
export interface ChannelScopes {
  /** Its own first; only those that a channel leads to. */
  inboxesOf(repositoryId: number): readonly NamedInbox[];
  scopeOf(channel: string, repositoryId: number): InboxScope;
}

/**
 * Issues are the repository's own inbox. Rooms and webhooks hear of all repositories of an owner, and are its organisation's; where one
 * repository is all there is, they are that repository's.
 */
export function channelScopes(
  channels: readonly Pick<AlertChannel, "name" | "kind">[],
  repositories: readonly Repository[],
  activity: readonly WorkflowActivity[],
): ChannelScopes {
  const active = new Set(activity.map(({ repositoryId }) => repositoryId));
  const names = new Map(repositories.map(({ id, fullName }) => [id, fullName]));
  const counts = new Map<string | null, number>();
  for (const { id, fullName } of repositories) {
    const owner = ownerOf(fullName);
    if (active.has(id)) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  const kinds = new Map(channels.map(({ name, kind }) => [name, kind]));
  const isShared = (repositoryId: number): boolean => (counts.get(ownerOf(names.get(repositoryId))) ?? 0) > 1;
  const scopeOf = (channel: string, repositoryId: number): InboxScope =>
    kinds.get(channel) !== "github-issue" && isShared(repositoryId) ? "organisation" : "repository";
  return {
    scopeOf,
    inboxesOf: (repositoryId) => {
      const scopes = new Set(channels.map(({ name }) => scopeOf(name, repositoryId)));
      return (["repository", "organisation"] as const)
        .filter((scope) => scopes.has(scope))
        .map((scope) => ({ scope, name: inboxNameOf(repositoryId, scope, names.get(repositoryId)) }));
    },
  };
}

/** "octo/shop" is called by its id in the ledger: names change. */
export const inboxNameOf = (repositoryId: number, scope: InboxScope, fullName: string | undefined): string =>
  scope === "repository" ? repositoryInbox(repositoryId) : `organisation ${ownerOf(fullName) ?? repositoryId}`;

export const ownerOf = (fullName: string | undefined): string | null => fullName?.split("/")[0] ?? null;
