import { type Account, fullNameOf } from "./corpus.ts";
import type { Complete } from "./github-schemas.ts";
import type { Repository, World } from "./world.ts";

/**
 * Answers in the shapes of GitHub's REST API (version 2022-11-28, as its OpenAPI description has them). `apiUrl` is where the API is,
 * without a closing slash; pages for people are at `https://github.example`, which is nowhere.
 */
export interface PayloadPlace {
  readonly apiUrl: string;
}

export const PAGES_URL = "https://github.example";

export function nodeId(kind: string, id: number): string {
  return `${kind}_${Buffer.from(`0:${id}`).toString("base64url")}`;
}

export function accountPayload({ apiUrl }: PayloadPlace, account: Account): Complete<"simple-user"> {
  const url = `${apiUrl}/users/${account.login}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId(account.type === "User" ? "U" : "O", account.id),
    avatar_url: `${PAGES_URL}/avatars/${account.id}`,
    gravatar_id: "",
    url,
    html_url: `${PAGES_URL}/${account.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.type,
    user_view_type: "public",
    site_admin: false,
  };
}

/** What a run says of its repository ("minimal repository"), as JSON text; made once for each name. */
export function repositoryText(place: PayloadPlace, world: World, repository: Repository): string {
  const key = `${place.apiUrl} ${fullNameOf(repository)}`;
  let text = texts.get(repository)?.get(key);
  if (text === undefined) {
    text = JSON.stringify(minimalRepository(place, world, repository));
    texts.set(repository, new Map([[key, text]]));
  }
  return text;
}

const texts = new WeakMap<Repository, Map<string, string>>();

/** What lists of repositories and the repository itself say. */
export function repositoryPayload(place: PayloadPlace, world: World, repository: Repository): object {
  return {
    ...minimalRepository(place, world, repository),
    default_branch: repository.defaultBranch,
    archived: repository.isArchived,
    disabled: false,
    visibility: repository.isPrivate ? "private" : "public",
    created_at: "2020-01-01T00:00:00Z",
    updated_at: "2026-01-01T00:00:00Z",
    pushed_at: "2026-01-01T00:00:00Z",
    size: repository.runs.length === 0 ? 0 : 4096,
    language: "TypeScript",
    topics: [],
    has_issues: true,
    open_issues_count: 0,
    permissions: { admin: false, maintain: false, push: false, triage: false, pull: true },
  };
}

function minimalRepository(place: PayloadPlace, world: World, repository: Repository): object {
  const fullName = fullNameOf(repository);
  const url = `${place.apiUrl}/repos/${fullName}`;
  const owner = world.account(repository.owner) ?? { id: 999, login: repository.owner, type: "Organization" as const };
  return {
    id: repository.id,
    node_id: nodeId("R", repository.id),
    name: repository.name,
    full_name: fullName,
    private: repository.isPrivate,
    owner: accountPayload(place, owner),
    html_url: `${PAGES_URL}/${fullName}`,
    description: `The repository ${fullName}`,
    fork: repository.isFork,
    url,
    ...Object.fromEntries(REPOSITORY_LINKS.map(([name, path]) => [name, `${url}/${path}`])),
  };
}

const REPOSITORY_LINKS = [
  ["forks_url", "forks"],
  ["keys_url", "keys{/key_id}"],
  ["collaborators_url", "collaborators{/collaborator}"],
  ["teams_url", "teams"],
  ["hooks_url", "hooks"],
  ["issue_events_url", "issues/events{/number}"],
  ["events_url", "events"],
  ["assignees_url", "assignees{/user}"],
  ["branches_url", "branches{/branch}"],
  ["tags_url", "tags"],
  ["blobs_url", "git/blobs{/sha}"],
  ["git_tags_url", "git/tags{/sha}"],
  ["git_refs_url", "git/refs{/sha}"],
  ["trees_url", "git/trees{/sha}"],
  ["statuses_url", "statuses/{sha}"],
  ["languages_url", "languages"],
  ["stargazers_url", "stargazers"],
  ["contributors_url", "contributors"],
  ["subscribers_url", "subscribers"],
  ["subscription_url", "subscription"],
  ["commits_url", "commits{/sha}"],
  ["git_commits_url", "git/commits{/sha}"],
  ["comments_url", "comments{/number}"],
  ["issue_comment_url", "issues/comments{/number}"],
  ["contents_url", "contents/{+path}"],
  ["compare_url", "compare/{base}...{head}"],
  ["merges_url", "merges"],
  ["archive_url", "{archive_format}{/ref}"],
  ["downloads_url", "downloads"],
  ["issues_url", "issues{/number}"],
  ["pulls_url", "pulls{/number}"],
  ["milestones_url", "milestones{/number}"],
  ["notifications_url", "notifications{?since,all,participating}"],
  ["labels_url", "labels{/name}"],
  ["releases_url", "releases{/id}"],
  ["deployments_url", "deployments"],
] as const;
