import type { GithubConnection } from "./connect.ts";
import { loginOf } from "./github-issue.ts";
import { isObject, type Json, readId, readText } from "./json.ts";
import { repositoryAsker } from "./repository-asker.ts";

/** A pull request: https://docs.github.com/rest/pulls/pulls. Texts are as people wrote them. */
export interface GithubPull {
  readonly number: number;
  readonly state: "open" | "closed";
  readonly title: string;
  readonly author: string | null;
  readonly headSha: string;
  readonly headBranch: string;
  /** "owner/name" of the repository with the branch; null when that is gone. */
  readonly headFullName: string | null;
  readonly baseBranch: string;
  readonly baseSha: string;
}

/** Looks up pull requests of one repository; throws as `IssuesOf` does. */
export interface PullsOf {
  /** `head`: "owner:branch". Newest first. */
  ofBranch(head: string, state: "open" | "closed" | "all"): Promise<readonly GithubPull[]>;
  /** Those that contain the commit, open or not. */
  ofCommit(sha: string): Promise<readonly GithubPull[]>;
  /** null when there is none of that number. */
  get(number: number): Promise<GithubPull | null>;
}

const CHARS_MAX = 1024;
const WANTED = "pull-requests: read";

export function pullsOf(connection: GithubConnection, fullName: string): PullsOf {
  const { ask, list, refusal } = repositoryAsker(connection, fullName);
  const read = (items: readonly Json[]): readonly GithubPull[] => items.map(readPull).filter((pull) => pull !== null);
  return {
    async ofBranch(head, state) {
      return read(await list(`/pulls?${String(new URLSearchParams({ head, state }))}`, "list pull requests", WANTED));
    },
    async ofCommit(sha) {
      const route = `/commits/${encodeURIComponent(sha)}/pulls`;
      return read(await list(route, "list pull requests", WANTED, { isGoneEmpty: true }));
    },
    async get(number) {
      const reply = await ask(`/pulls/${number}`);
      if (reply.kind === "gone") return null;
      if (reply.kind !== "ok") throw refusal(reply, "read pull requests", WANTED);
      return readPull(reply.json);
    },
  };
}

function readPull(json: Json): GithubPull | null {
  if (!isObject(json) || !isObject(json["head"]) || !isObject(json["base"])) return null;
  const { head, base } = json;
  const number = readId(json["number"]);
  const [headSha, headBranch] = [readText(head["sha"], CHARS_MAX), readText(head["ref"], CHARS_MAX)];
  const [baseSha, baseBranch] = [readText(base["sha"], CHARS_MAX), readText(base["ref"], CHARS_MAX)];
  if (number === null || headSha === null || headBranch === null || baseSha === null || baseBranch === null)
    return null;
  return {
    number,
    state: json["state"] === "closed" ? "closed" : "open",
    title: readText(json["title"], CHARS_MAX) ?? "",
    author: loginOf(json["user"]),
    headSha,
    headBranch,
    headFullName: isObject(head["repo"]) ? readText(head["repo"]["full_name"], CHARS_MAX) : null,
    baseBranch,
    baseSha,
  };
}
