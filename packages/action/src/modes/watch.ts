import { join } from "node:path";
import { lastSuccess } from "oddrun/internal/adapters/github/last-success";
import { localRegistry } from "oddrun/internal/adapters/model-registry/local-registry";
import type { Store } from "oddrun/internal/adapters/store/index";
import { EVERYTHING } from "oddrun/internal/operations/collect/collect-scope";
import { watchPass, type WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import type { Settings } from "oddrun/ports";
import { booleanInput } from "../inputs.ts";
import { openSessionStore, REQUESTS_AT_ONCE, type Session } from "../session.ts";
import { saveState } from "../state/keep-state.ts";
import { teamSettings } from "../team-settings.ts";
import { bringState, progressLines, type StateWord } from "./collect.ts";
import { writeSummary } from "./watch-summary.ts";

/** Kept for what is said afterwards: reading issues, writing some. */
const REQUESTS_KEPT_MAX = 60;
/** Jobs of younger runs are asked for first; older ones in turn from every workflow. */
const NEWEST_FIRST_MS = 2 * 86_400_000;
/** Events after which a run of the action watches: not a pull request's. */
export const WATCHED_EVENTS: readonly string[] = [
  "schedule",
  "workflow_dispatch",
  "push",
  "workflow_run",
  "repository_dispatch",
];

/** What is known before anything is collected. */
export interface WatchStart {
  readonly settings: Settings;
  readonly stateWord: StateWord;
  /** When this workflow last watched, as GitHub knows it; null when never, and where the state itself knows. */
  readonly watchedAtMs: number | null;
}

/** Collects, judges, tells, and shows a summary. Answers the exit code. */
export async function watch(session: Session): Promise<number> {
  const { world, log, state, mayWrite } = session;
  const start = await startWatch(session);
  const store = await openSessionStore(session);
  let summary: WatchSummary<unknown>;
  try {
    summary = await passOver(session, store, start);
    if (!world.signal.aborted) await writeSummary(session, store, start, summary);
  } finally {
    await store.close();
  }
  if (state !== null && mayWrite && summary.hasNews) {
    const outcome = await saveState(state, world.now());
    log.info("state kept", { outcome });
  }
  return exitCodeOf(session, summary);
}

async function startWatch(session: Session): Promise<WatchStart> {
  const { world, source, connection, context, mayWrite } = session;
  const isSending = mayWrite && !booleanInput(world.env, "dry-run");
  const repository = await source.repository(session.repository);
  const settings = await teamSettings(session, repository, { isSending });
  const stateWord = await bringState(session);
  const { workflowFile, runId: exceptRunId } = context;
  const watchedAtMs =
    stateWord === "restored" || workflowFile === null
      ? null
      : await lastSuccess(connection, {
          repository: context.repository,
          workflowFile,
          events: WATCHED_EVENTS,
          exceptRunId,
        });
  return { settings, stateWord, watchedAtMs };
}

async function passOver(
  session: Session,
  store: Store,
  { settings, stateWord }: WatchStart,
): Promise<WatchSummary<unknown>> {
  const { world, source, dataDir, log, repository, sinceMs, requestsMax } = session;
  const { workflows, ignoreWorkflows } = settings.watch;
  // once something is known, the rest of the hour's allowance is for the repository's other workflows
  const collectedMax = stateWord === "restored" ? Math.ceil(requestsMax / 2) : requestsMax;
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
      patterns: { ...EVERYTHING, workflows: { include: workflows, exclude: ignoreWorkflows } },
      requestsMax: collectedMax - Math.min(REQUESTS_KEPT_MAX, Math.floor(collectedMax / 10)),
      inTurnBeforeMs: world.now() - NEWEST_FIRST_MS,
      concurrency: REQUESTS_AT_ONCE,
      place: dataDir,
    },
  );
}

/** What only a person can mend fails the step; what the next run may find mended does not. */
const FOR_A_PERSON: ReadonlySet<string> = new Set([
  "github-token-refused",
  "github-sso-needed",
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
