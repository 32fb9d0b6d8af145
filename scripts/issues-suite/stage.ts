import type { AlertChannel } from "../../packages/oddrun/src/operations/ports.ts";
import { githubIssueChannel } from "../../packages/oddrun/src/adapters/github-issues/index.ts";
import { after, type TestContext } from "node:test";
import {
  connectToGithub,
  type GithubConnection,
  issuesOf,
  type IssuesOf,
} from "../../packages/oddrun/src/adapters/github/index.ts";
import { defineCorpus, type GitHubStandIn, type StandInOptions, startGitHubStandIn } from "../github-stand-in/index.ts";

/** A thousand times faster than GitHub: the second between two writes is a millisecond. */
const WAIT_SCALE = 0.001;

export const FULL_NAME = "octo-org/shop";
/** As the samples of messages have it. */
export const REPOSITORY_ID = 7;

/** A stand-in with two repositories of an organisation, and the token of a workflow's job; closed when the test is over. */
export async function startIssues(
  t: TestContext | null,
  options: Partial<StandInOptions> = {},
): Promise<{ readonly standIn: GitHubStandIn; readonly token: string }> {
  const corpus = defineCorpus({
    accounts: [{ id: 1, login: "octo-dev", type: "User" }],
    repositories: [{ fullName: FULL_NAME, id: REPOSITORY_ID }, { fullName: "octo-org/other" }],
  });
  const standIn = await startGitHubStandIn({ corpus, waitScale: WAIT_SCALE, ...options });
  (t ?? { after }).after(() => standIn.close());
  return { standIn, token: standIn.addToken({ text: "ghs_job", login: "github-actions[bot]" }) };
}

export function connect(standIn: GitHubStandIn, token: string): Promise<GithubConnection> {
  return connectToGithub({
    env: { GITHUB_TOKEN: token, ODDRUN_WAIT_SCALE: String(WAIT_SCALE) },
    apiUrl: standIn.url,
    marks: null,
    signal: new AbortController().signal,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    version: "0.0.0",
    now: Date.now,
    random: () => 0.5,
  });
}

export async function issuesFor(standIn: GitHubStandIn, token: string): Promise<IssuesOf> {
  return issuesOf(await connect(standIn, token), FULL_NAME);
}

/** Nothing was delivered before, as far as the process knows. */
export const NOTHING = { earlier: [], mayRepeat: false } as const;

/** The channel of issues in a process of its own. */
export async function channelFor(
  standIn: GitHubStandIn,
  token: string,
  homeRepository: string | null = FULL_NAME,
): Promise<AlertChannel> {
  const connection = await connect(standIn, token);
  return githubIssueChannel({ name: "issues", labels: ["oddrun"], assignees: [], connection, homeRepository });
}
