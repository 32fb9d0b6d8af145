import { type Problem, problem } from "../../operations/problems.ts";
import { shownPath } from "./redirect.ts";
import type { Reply } from "./requests.ts";

/** What to tell of a reply that is none of those hoped for. `what` is the thing asked about: "octo/widgets". */
export function replyProblem(reply: Exclude<Reply, { readonly kind: "ok" }>, what: string, path: string): Problem {
  if (reply.kind === "forbidden") {
    if (reply.needsSso) return problem("github-sso-needed", what);
    return problem("github-forbidden", what, reply.permissions);
  }
  if (reply.kind === "gone") return problem("github-not-found", what, reply.status, reply.permissions);
  if (reply.kind === "unprocessable") return problem("github-refused", shownPath(path), 422);
  if (reply.kind === "refused") return problem("github-refused", shownPath(path), reply.status);
  return problem("github-answer-unreadable", shownPath(path), `it is of the kind "${reply.kind}"`);
}

/** GitHub does not have it, or does not let this token see it. */
export function isNotShown({ kind }: Reply): boolean {
  return kind === "gone" || kind === "forbidden" || kind === "unprocessable";
}
