import { problem } from "../../operations/problems.ts";
import { type ApiUrl, isMetadataHost } from "./api-url.ts";
import type { GithubConnection } from "./connect.ts";
import { parsedUrl, shownPath } from "./redirect.ts";
import { isNotShown, replyProblem } from "./reply-problem.ts";
import type { Credential } from "./requests.ts";

export interface LogQuestion {
  readonly path: string;
  readonly credential: Credential;
  /** "owner/name", for messages. */
  readonly repository: string;
  readonly bytesMax: number;
}

const TRIES = 2;

/**
 * The first bytes of a log. GitHub answers with a signed address on a storage server, good for a minute: whoever has it may read, so it
 * gets no token, and it is neither shown nor logged.
 */
export async function jobLogText(connection: GithubConnection, question: LogQuestion): Promise<string | null> {
  const { api, requests, sendOnce, log } = connection;
  const { path, credential, bytesMax } = question;
  for (let tries = 1; ; tries++) {
    const reply = await requests.ask({ path, credential, isRaw: true, bytesMax });
    if (reply.kind === "ok") return reply.text;
    if (isNotShown(reply)) return null;
    if (reply.kind !== "moved") throw replyProblem(reply, question.repository, path);
    const target = parsedUrl(reply.location, `${api.base}${path}`);
    if (target === null || !isLogAddress(api, target)) {
      throw problem(
        "github-redirect-refused",
        shownPath(path),
        "a log is read over https or from the same server only",
      );
    }
    const headers = { accept: "*/*" };
    const exchange = await sendOnce({ method: "GET", url: target.href, authorization: null, headers }, { bytesMax });
    if (exchange.kind === "answer" && exchange.status === 200) return exchange.text;
    const why = exchange.kind === "answer" ? `status ${exchange.status}` : exchange.why;
    log.debug("a job's log was not to be had", { path: shownPath(path), why });
    if (exchange.kind === "answer" && (exchange.status === 404 || exchange.status === 410)) return null;
    if (tries >= TRIES) throw problem("github-unreachable", target.host, shownPath(path), why, TRIES);
  }
}

function isLogAddress(api: ApiUrl, target: URL): boolean {
  return target.origin === api.origin || (target.protocol === "https:" && !isMetadataHost(target.hostname));
}
