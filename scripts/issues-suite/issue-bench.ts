import type { ChannelBench } from "../../packages/oddrun/src/adapters/notifications/alert-channel.contract.ts";
import type { ReceiverAnswer } from "../../packages/oddrun/src/adapters/notifications/receiver.contract.ts";
import { alive } from "../../packages/oddrun/src/operations/text/living-markdown.contract.ts";
import { connectToGithub } from "../../packages/oddrun/src/adapters/github/index.ts";
import { githubIssueChannel } from "../../packages/oddrun/src/adapters/github-issues/index.ts";
import { type Answer, defineCorpus, type GitHubStandIn, startGitHubStandIn } from "../github-stand-in/index.ts";

const FULL_NAME = "octo-org/shop";
const TOKEN = "ghs_canarycanarycanarycanary0001";
/** The requests that bring a message. */
const BRINGS = new Set(["issue-create", "issue-update", "issue-comments-create"]);

const OWN_LINK = /^https:\/\/(?:github\.com\/octo-org\/shop(?:\/|$)|www\.githubstatus\.com$)/;

/** What comes alive in an issue: in its title, its body and its comments, our own unseen comments put aside. */
export function aliveInIssue(text: string): readonly string[] {
  const seen = text.replace(/<!-- oddrun:[A-Za-z0-9:_-]+ -->/g, "");
  return alive(seen, (url) => OWN_LINK.test(url)).filter((tag) => !/^<\/?(?:sub|blockquote)>$/.test(tag));
}

/** What GitHub alone makes something of in a body or comment: commits, mail addresses, other trackers' numbers, mathematics. */
export function aliveOnGithub(body: string): readonly string[] {
  const prose = body
    .replace(/<!-- oddrun:[A-Za-z0-9:_-]+ -->|`[^`]*`|\]\([^)]*\)/g, " ")
    .replace(/^\|[ :|-]+\|$/gm, " ");
  const known =
    /(?<![\p{L}\p{N}])(?=[0-9a-f]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{7,40}(?![\p{L}\p{N}])|[\w.+-]+@[\w-]+|\b[A-Za-z]{2,}-\d+|\$|[\w.-]+\/[\w.-]+#/gu;
  return [...prose.matchAll(known)].map(([found]) => found);
}

/** Everything that the repository's issues say, a text each. */
export function saidIn(standIn: GitHubStandIn, fullName: string): readonly string[] {
  return standIn.issues
    .of(fullName)
    .issues.filter(({ isDeleted }) => !isDeleted)
    .flatMap(({ title, body, comments }) => [`${title}\n\n${body}`, ...comments.map((comment) => comment.body)]);
}

/** The channel of issues with a stand-in for GitHub on the other side. */
export async function issueBench(signal: AbortSignal): Promise<ChannelBench> {
  const corpus = defineCorpus({ repositories: [{ fullName: FULL_NAME, id: 7 }] });
  const standIn = await startGitHubStandIn({ corpus, waitScale: 0.001, limits: { primary: null, content: null } });
  standIn.addToken({ text: TOKEN, login: "github-actions[bot]" });
  const planned: ReceiverAnswer[] = [];
  const waiting: { readonly count: number; readonly settle: () => void }[] = [];
  const judged: string[] = [];
  let tried = 0;
  standIn.block(({ route }) => {
    if (!BRINGS.has(route)) return undefined;
    tried += 1;
    for (const { count, settle } of waiting) if (tried >= count) settle();
    const answer = planned.shift();
    return answer === undefined ? undefined : answerOf(answer);
  });
  const connection = await connectToGithub({
    env: { GITHUB_TOKEN: TOKEN, ODDRUN_WAIT_SCALE: "0.001" },
    apiUrl: standIn.url,
    marks: null,
    signal,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    version: "0.0.0",
    now: Date.now,
    waitLongestMs: 60_000,
    requestTimeoutMs: 300,
  });
  return {
    channel: githubIssueChannel({ name: "issues", labels: [], assignees: [], connection, homeRepository: FULL_NAME }),
    secrets: [TOKEN],
    answerNext: (...answers) => void planned.push(...answers),
    triedCount: () => tried,
    taken: () => [...judged, ...saidIn(standIn, FULL_NAME)],
    // What was judged is taken away: with hundreds of issues each further one takes longer.
    alive() {
      const said = saidIn(standIn, FULL_NAME);
      for (const issue of standIn.issues.of(FULL_NAME).issues) standIn.issues.remove(issue);
      judged.push(...said);
      return said.flatMap(aliveInIssue);
    },
    came: (count) =>
      new Promise((settle) => {
        if (tried >= count) settle();
        else waiting.push({ count, settle });
      }),
    close: () => standIn.close(),
  };
}

function answerOf(answer: ReceiverAnswer): Answer {
  if (answer === "cut") return { status: 0, isReset: true };
  if (answer === "silent") return { status: 201, body: "{}", stallAfterBytes: 0 };
  return answer;
}
