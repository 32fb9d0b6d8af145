import type { WaitNotice } from "../../adapters/github/index.ts";
import type { CommandContext } from "../command.ts";

/** Waits shorter than this need no word in the log. */
const WAIT_TOLD_MS = 20_000;

/** Says once for each wait until when it lasts, since an hour without a word looks like a hang: several requests may meet the same limit. */
export function waitTeller(context: CommandContext): (notice: WaitNotice) => void {
  let toldUntilMs = 0;
  return (notice) => {
    if (notice.reason === "retry" || notice.untilMs - toldUntilMs < WAIT_TOLD_MS) return;
    toldUntilMs = notice.untilMs;
    const line = waitText(notice);
    context.progress(line);
    if (notice.untilMs - context.now() >= WAIT_TOLD_MS) context.log.warn(line);
  };
}

function waitText({ reason, untilMs }: WaitNotice): string {
  const what = reason === "overload" ? "GitHub asks for a pause" : "GitHub's rate limit is reached";
  const until = new Date(untilMs).toISOString().slice(11, 16);
  return `${what}: going on at ${until} UTC (Ctrl-C stops; the same command goes on later)`;
}
