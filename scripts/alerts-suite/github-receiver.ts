import type { Repository } from "@oddrun/core";
import { readMarker } from "oddrun/internal/adapters/github-issues/issue-marker";
import type { FaultRequest } from "../github-stand-in/index.ts";
import { defineCorpus, type GitHubStandIn, startGitHubStandIn } from "../github-stand-in/index.ts";
import { hourMs, WAIT_SCALE } from "./ninety-days-plan.ts";

/** What became of an issue, as the stand-in holds it at the end. */
export interface KeptIssue {
  readonly place: string;
  readonly title: string;
  readonly state: "open" | "closed";
  readonly reason: string | null;
  readonly about: string;
  /** By message id: what its marker says that it said. */
  readonly said: readonly string[];
  /** Ids that comments of it are marked with, as often as there are. */
  readonly comments: readonly string[];
  readonly closes: number;
  readonly reopens: number;
}

/** The moments of a message on its way to an issue. */
export type IssueMoment = "before" | "after" | "created" | "looks" | "marks";

export interface GithubReceiver {
  readonly standIn: GitHubStandIn;
  readonly token: string;
  issues(): readonly KeptIssue[];
  /** Requests by kind and answer: "issue-create 201". */
  requestCounts(): Readonly<Record<string, number>>;
  /** The clock is not turned back. */
  moveTo(ms: number): void;
}

interface GithubReceiverOptions {
  readonly repositories: readonly Pick<Repository, "id" | "fullName">[];
  /** Something was said that readers see: an issue, a comment, or a digest written into its issue. */
  readonly onSaid: (messageId: string) => void;
  /** True when the client was killed at this moment: then nothing more reaches it. */
  readonly isKilledAt: (when: IssueMoment, what: string) => boolean;
}

const CUT = { status: 0, isReset: true } as const;
const isWrite = ({ method, route }: FaultRequest): boolean => method !== "GET" && route !== "graphql";

/** The stand-in for GitHub with the organisation's repositories and no issues yet; tells what is said in them, write by write. */
export async function startGithub({
  repositories,
  onSaid,
  isKilledAt,
}: GithubReceiverOptions): Promise<GithubReceiver> {
  const corpus = defineCorpus({ repositories: repositories.map(({ id, fullName }) => ({ id, fullName })) });
  const standIn = await startGitHubStandIn({ corpus, waitScale: WAIT_SCALE, nowMs: hourMs(0) });
  const token = standIn.addToken({ text: "ghs_job", login: "github-actions[bot]" });
  const written = new Set<string>();
  /** An issue was just made, and the client has not yet looked whether another one was, too. */
  let isFresh = false;

  standIn.block((request) => {
    if (isWrite(request)) return isKilledAt("before", request.route) ? CUT : undefined;
    return isFresh && request.route === "issues" && isKilledAt("looks", request.route) ? CUT : undefined;
  });
  standIn.script((request, { status }) => {
    if (status >= 300) return undefined;
    if (!isWrite(request)) {
      const hasLooked = isFresh && request.route === "issues";
      if (hasLooked) isFresh = false;
      if (hasLooked) isKilledAt("marks", request.route);
      return undefined;
    }
    const { body } = standIn.requests.findLast(({ index }) => index === request.index)!;
    const text = textOf(body);
    isFresh = request.route === "issue-create";
    if (request.route === "issue-create") for (const id of saidIn(text)) said(id);
    if (request.route === "issue-comments-create") for (const id of markedIn(text)) said(id);
    // who only reads the issue sees a digest when it is written into it, and any other message as a comment
    if (request.route === "issue-update")
      for (const id of saidIn(text)) if (id.includes(".digest.") && !written.has(id)) said(id);
    if (isFresh && isKilledAt("created", request.route)) return CUT;
    return isKilledAt("after", request.route) ? CUT : undefined;
  });
  const said = (id: string): void => {
    written.add(id);
    onSaid(id);
  };

  return {
    standIn,
    token,
    issues: () =>
      repositories.flatMap(({ fullName }) =>
        standIn.issues.of(fullName).issues.map(({ number, title, state, stateReason, body, comments, events }) => ({
          place: `${fullName}#${number}`,
          title,
          state,
          reason: stateReason,
          about: readMarker(body ?? "")?.memory.about ?? "nothing",
          said: saidIn(body ?? ""),
          comments: comments.flatMap((comment) => markedIn(comment.body)),
          closes: events.filter(({ event }) => event === "closed").length,
          reopens: events.filter(({ event }) => event === "reopened").length,
        })),
      ),
    requestCounts() {
      const counts: Record<string, number> = {};
      for (const { route, status } of standIn.requests) {
        const kind = `${route} ${status}`;
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      return counts;
    },
    moveTo: (ms) => void standIn.advance(Math.max(0, ms - standIn.clock.nowMs())),
  };
}

const textOf = (sent: unknown): string => {
  const text = (sent as { readonly body?: unknown } | null)?.body;
  return typeof text === "string" ? text : "";
};

/** The messages that a body remembers to have said in issues. */
const saidIn = (body: string): readonly string[] =>
  (readMarker(body)?.memory.said ?? [])
    .filter(({ channels }) => channels.includes("issues"))
    .map(({ messageId }) => messageId);

const markedIn = (comment: string): readonly string[] =>
  [...comment.matchAll(/<!-- oddrun:said:([\w-]+) -->/g)].map(([, id]) => Buffer.from(id!, "base64url").toString());
