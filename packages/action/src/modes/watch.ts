import { join } from "node:path";
import { localRegistry } from "oddrun/internal/adapters/model-registry/local-registry";
import type { Store } from "oddrun/internal/adapters/store/index";
import { EVERYTHING } from "oddrun/internal/operations/collect/collect-scope";
import { watchPass, type WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import { openSessionStore, type Session } from "../session.ts";
import { saveState } from "../state/keep-state.ts";
import { bringState, progressLines } from "./collect.ts";
import { writeSummary } from "./watch-summary.ts";

const REQUESTS_AT_ONCE = 6;
/** Kept for what is said afterwards: reading issues, writing some. */
const REQUESTS_KEPT_MAX = 60;

/** Collects, judges, tells, and shows a summary. Answers the exit code. */
export async function watch(session: Session): Promise<number> {
  const { world, dataDir, log, state, mayWrite } = session;
  const stateWord = await bringState(session);
  const store = await openSessionStore(session);
  let summary: WatchSummary<unknown>;
  try {
    summary = await passOver(session, store);
    if (!world.signal.aborted) await writeSummary(session, store, summary, stateWord);
  } finally {
    await store.close();
  }
  if (state !== null && mayWrite && summary.hasNews) {
    const outcome = await saveState(state, world.now());
    log.info("state kept", { outcome, dataDir });
  }
  return exitCodeOf(session, summary);
}

async function passOver(session: Session, store: Store): Promise<WatchSummary<unknown>> {
  const { world, source, dataDir, log, repository, sinceMs, requestsMax } = session;
  const progress = progressLines(session);
  const registry = localRegistry(join(dataDir, "models"), world.now, log);
  return await watchPass(
    {
      source,
      store,
      registry,
      log,
      now: world.now,
      signal: world.signal,
      progress: progress.line,
      onCollect: progress.collected,
      tell: null,
    },
    {
      targets: [repository],
      sinceMs,
      patterns: EVERYTHING,
      requestsMax: requestsMax - Math.min(REQUESTS_KEPT_MAX, Math.floor(requestsMax / 10)),
      concurrency: REQUESTS_AT_ONCE,
      place: dataDir,
    },
  );
}

/** What only a person can mend fails the step; what the next run may find mended does not. */
const FOR_A_PERSON: ReadonlySet<string> = new Set([
  "github-token-refused",
  "github-not-found",
  "github-forbidden",
  "no-repositories",
  "no-workflows-match",
]);

function exitCodeOf({ commands, event }: Session, { collected }: WatchSummary<unknown>): number {
  const { stopped, repositories } = collected;
  const problems = [...repositories.failed, ...(stopped?.reason === "problem" ? [stopped] : [])];
  let exitCode = 0;
  for (const { code, message } of problems) {
    const isForPerson = FOR_A_PERSON.has(code) && event.pullRequest?.isFork !== true;
    commands.annotate(isForPerson ? "error" : "warning", message, { title: "Oddrun" });
    if (isForPerson) exitCode = 1;
  }
  return stopped?.reason === "interrupted" ? 1 : exitCode;
}
