import { problem } from "../../operations/problems.ts";
import type { GithubConnection } from "./connect.ts";
import type { Json } from "./json.ts";
import { shownPath } from "./redirect.ts";
import type { RepositoryAsker } from "./repository-asker.ts";
import type { Reply } from "./requests.ts";

export interface OneWrite<Written> {
  /** Completes "GitHub does not let this token ...". */
  readonly does: string;
  readonly send: () => Promise<Reply>;
  /** Finds what was written by what no other has; null when it is not there. */
  readonly look: () => Promise<Written | null>;
  /** There is no thing that could be gone: the repository itself is not to be written to. */
  readonly isOfRepository?: boolean;
  /** null for an answer that is not of the kind. */
  readonly read: (json: Json) => Written | null;
}

const TRIES = 3;
/** What was just written may be missing for a moment in what GitHub lists. */
const LOOK_AFTER_MS = 3000;

/** Writes what must not be there twice: where the answer is lost, looks first whether it is there. null where what it belongs to is gone. */
export async function writeOnce<Written>(
  { waits }: Pick<GithubConnection, "waits">,
  asker: RepositoryAsker,
  { does, send, look, read, isOfRepository }: OneWrite<Written>,
): Promise<Written | null> {
  let why = "";
  for (let tries = 1; tries <= TRIES; tries++) {
    const reply = await send();
    if (reply.kind === "ok") {
      const written = read(reply.json);
      if (written !== null) return written;
      throw problem("github-answer-unreadable", shownPath(`/repos/${asker.fullName()}`), "it is not what was written");
    }
    if (reply.kind === "gone" && isOfRepository !== true) return null;
    if (reply.kind !== "lost") throw asker.refusal(reply, does, "issues: write");
    why = reply.why;
    await waits.pause(LOOK_AFTER_MS * tries);
    const found = await look();
    if (found !== null) return found;
  }
  throw problem("github-write-lost", does, asker.fullName(), why, TRIES);
}
