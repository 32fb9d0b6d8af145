import type { WaitNotice } from "../../adapters/github/index.ts";
import type { CommandContext } from "../command.ts";

/** Waits that end within so long of each other are one. */
const WAIT_TOLD_MS = 20_000;

export interface WaitTeller {
  readonly tell: (notice: WaitNotice) => void;
  /** Until when it waits, as last told; 0 before. */
  readonly untilMs: () => number;
}

/** Says once for each wait until when it lasts: several requests may meet the same limit. */
export function waitTeller({ progress, log }: Pick<CommandContext, "progress" | "log">): WaitTeller {
  let toldUntilMs = 0;
  return {
    tell(notice) {
      if (notice.reason === "retry") {
        progress(waitText(notice));
        return;
      }
      if (notice.untilMs - toldUntilMs < WAIT_TOLD_MS) return;
      toldUntilMs = notice.untilMs;
      progress(waitText(notice), true);
      log.info("waiting for GitHub", { reason: notice.reason, until: new Date(notice.untilMs).toISOString() });
    },
    untilMs: () => toldUntilMs,
  };
}

function waitText({ reason, untilMs, why }: WaitNotice): string {
  if (reason === "retry") return `No answer from ${why ?? "GitHub"}`;
  const what = reason === "overload" ? "GitHub asks for a pause" : "GitHub's rate limit is reached";
  const at = new Date(untilMs).toISOString().slice(11, 16);
  return `${what}: going on at ${at} UTC (Ctrl-C stops; the same command goes on later)`;
}
