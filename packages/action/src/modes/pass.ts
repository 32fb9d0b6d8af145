import { join } from "node:path";
import { lastSuccess } from "oddrun/internal/adapters/github/last-success";
import { localRegistry } from "oddrun/internal/adapters/model-registry/local-registry";
import type { Store } from "oddrun/internal/adapters/store/index";
import { EVERYTHING } from "oddrun/internal/operations/collect/collect-scope";
import { watchPass, type WatchSummary } from "oddrun/internal/operations/watch/watch-pass";
import type { Settings } from "oddrun/ports";
import { openSessionStore, REQUESTS_AT_ONCE, type Session } from "../session.ts";
import { saveState } from "../state/keep-state.ts";
import { teamSettings } from "../team-settings.ts";
import { givenMetrics, joinGivenMetrics } from "./metrics.ts";
import { bringState, progressLines, type StateWord } from "./collect.ts";

/** What is known before anything is collected. */
export interface PassStart {
  readonly settings: Settings;
  readonly stateWord: StateWord;
  /** When this workflow last watched, as GitHub knows it; null when never, and where the store itself knows. */
  readonly watchedAtMs: number | null;
  /** Whether nobody ever watched here. */
  readonly isFirst: boolean;
}

/** What a mode does of its own with a pass over the repository. */
export interface PassWork<Told> {
  /** Messages will be sent: their channels' addresses have to be there. */
  readonly isSending: boolean;
  /** Says what is to be said, once everything was looked at; null says nothing to anybody. */
  readonly tell: ((store: Store, start: PassStart) => Promise<Told>) | null;
  /** Whether what was said leaves something to keep. Default: it does not. */
  readonly isNews?: (told: Told) => boolean;
  /** Shows what was found. Answers whether the step may succeed. Not called when the job was cancelled. */
  readonly show: (store: Store, start: PassStart, summary: WatchSummary<Told>) => Promise<boolean>;
}

/** Kept for what is said afterwards: reading issues, writing some. */
const REQUESTS_KEPT_MAX = 60;
/** Jobs of younger runs are asked for first; older ones in turn from every workflow. */
const NEWEST_FIRST_MS = 2 * 86_400_000;
/** Events after which a run of the action watches: not a pull request's. */
const WATCHED_EVENTS: readonly string[] = [
  "schedule",
  "workflow_dispatch",
  "push",
  "workflow_run",
  "repository_dispatch",
];

/** Brings the state, collects and judges, lets the mode do its own, and keeps what was learnt. Answers the exit code. */
export async function runPass<Told>(session: Session, work: PassWork<Told>): Promise<number> {
  const { world, log, state, mayWrite, isHome } = session;
  const metrics = givenMetrics(world.env);
  const repository = await session.source.repository(session.repository);
  const settings = await teamSettings(session, repository, work);
  const { stateWord, writer } = await bringState(session);
  const store = await openSessionStore(session);
  let summary: WatchSummary<Told>;
  let isFine = true;
  let hasJoined = false;
  try {
    const start = { settings, stateWord, ...(await watchedBefore(session, store)) };
    summary = await passOver(session, store, start, work);
    hasJoined = await joinGivenMetrics(session, store, metrics);
    if (!world.signal.aborted) isFine = await work.show(store, start, summary);
  } finally {
    await store.close();
  }
  const isOthers = state?.writer === "look" && writer === "watch";
  const isKept = mayWrite && isHome && !isOthers && (summary.hasNews || hasJoined);
  if (state !== null && isKept) log.info("state", { kept: await saveState(state, world.now()) });
  return Math.max(exitCodeOf(session, summary), isFine ? 0 : 1);
}

/** What a lost store knew: a successful run of this very workflow watched. */
async function watchedBefore(
  { mode, connection, context }: Session,
  store: Store,
): Promise<Pick<PassStart, "watchedAtMs" | "isFirst">> {
  const { watchingSinceMs } = await store.storedAlerts();
  if (watchingSinceMs !== null || mode !== "watch") return { watchedAtMs: null, isFirst: false };
  const { workflowFile, runId: exceptRunId, repository } = context;
  if (workflowFile === null) return { watchedAtMs: null, isFirst: true };
  const question = { repository, workflowFile, events: WATCHED_EVENTS, exceptRunId };
  const watchedAtMs = await lastSuccess(connection, question);
  return { watchedAtMs, isFirst: watchedAtMs === null };
}

async function passOver<Told>(
  session: Session,
  store: Store,
  start: PassStart,
  { tell, isNews = () => false }: PassWork<Told>,
): Promise<WatchSummary<Told>> {
  const { world, source, dataDir, log, repository, sinceMs, requestsMax } = session;
  const { settings, stateWord } = start;
  const { workflows, ignoreWorkflows } = settings.watch;
  // once something is known, the rest of the hour's allowance is for the repository's other workflows
  const collectedMax = stateWord === "restored" ? Math.ceil(requestsMax / 2) : requestsMax;
  const progress = progressLines(session);
  return await watchPass(
    {
      source,
      store,
      registry: localRegistry(join(dataDir, "models"), world.now, log),
      log,
      now: world.now,
      signal: world.signal,
      progress: progress.line,
      onCollect: progress.collected,
      tell: tell === null ? null : () => tell(store, start),
      isNews,
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
