import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { connectToGithub, type GithubConnection } from "oddrun/internal/adapters/github/connect";
import type { WaitNotice } from "oddrun/internal/adapters/github/gate";
import { githubSource } from "oddrun/internal/adapters/github/github-source";
import { openStore, type Store } from "oddrun/internal/adapters/store/index";
import type { Logger, RunSource } from "oddrun/ports";
import { badInput, inputText, oneOfInput, wholeInput } from "./inputs.ts";
import { type Mode, modeOf, MODES } from "./mode.ts";
import type { WorkflowCommands } from "./runner/commands.ts";
import { repositoryName, type RunnerContext, runnerContext } from "./runner/context.ts";
import { type RunnerEvent, runnerEvent } from "./runner/event.ts";
import { type RunnerFiles, runnerFiles } from "./runner/files.ts";
import { runnerLogger } from "./runner/logger.ts";
import { cacheService } from "./state/cache-service.ts";
import { type KeptState, STORE_FILE } from "./state/keep-state.ts";
import { VERSION } from "./version.ts";
import type { ActionWorld } from "./world.ts";

/** One run of the action: its settings, read and checked, and its ways to the world. Nothing has been asked yet. */
export interface Session {
  readonly world: ActionWorld;
  readonly mode: Mode;
  readonly context: RunnerContext;
  readonly event: RunnerEvent;
  readonly commands: WorkflowCommands;
  readonly files: RunnerFiles;
  readonly log: Logger;
  /** The repository to look at. */
  readonly repository: string;
  readonly sinceMs: number;
  readonly requestsMax: number;
  readonly dataDir: string;
  /** null where state is not kept, or there is no service to keep it in. */
  readonly state: KeptState | null;
  readonly connection: GithubConnection;
  readonly source: RunSource;
  /** Whether issues, comments and caches may be written: not for a fork's pull request, whose token may only read. */
  readonly mayWrite: boolean;
  /**
   * Whether the next run can read what this one keeps: on the default branch. Elsewhere nothing is kept, and so nobody is told anything:
   * the next run would not know of it.
   */
  readonly isHome: boolean;
}

const DAY_MS = 86_400_000;
/** Runner minutes are not spent on waiting for a limit: the next run goes on. */
const WAIT_LONGEST_MS = 90_000;
export const REQUESTS_AT_ONCE = 6;

export async function openSession(world: ActionWorld, commands: WorkflowCommands): Promise<Session> {
  const { env, now, signal } = world;
  const context = runnerContext(env);
  const event = runnerEvent(context);
  const log = runnerLogger(commands);
  const mode = inputText(env, "mode") === "" ? modeOf(event) : oneOfInput(env, "mode", MODES);
  const repository = repositoryName(inputText(env, "repository") || context.repository, 'The input "repository"');
  const requestsMax = wholeInput(env, "max-requests", 10, 15_000);
  const sinceMs = now() - wholeInput(env, "days", 1, 400) * DAY_MS;
  const token = inputText(env, "token");
  if (token === "" && !env["ODDRUN_GITHUB_APP_ID"]) {
    throw badInput("token", "is empty; leave it out for the job's own token, or give one that may read Actions");
  }
  const dataDir = inputText(env, "data-dir") || join(context.tempDir, "oddrun");
  mkdirSync(dataDir, { recursive: true });
  const connection = await connectToGithub({
    env: { ...appSettings(env), GITHUB_TOKEN: token },
    ...(context.apiUrl === undefined ? {} : { apiUrl: context.apiUrl }),
    marks: null,
    signal,
    log,
    version: VERSION,
    now,
    inFlightMax: REQUESTS_AT_ONCE,
    requestsMax,
    waitLongestMs: WAIT_LONGEST_MS,
    onWait: (notice) => commands.line(waitWords(notice, now())),
  });
  const isForeign = event.pullRequest?.isFork === true;
  const session = { world, mode, context, event, commands, log, repository, sinceMs, requestsMax, dataDir, connection };
  return {
    ...session,
    files: runnerFiles(env),
    source: githubSource(connection),
    mayWrite: !isForeign,
    isHome: event.pullRequest === null && [null, context.ref.replace("refs/heads/", "")].includes(event.defaultBranch),
    state: keptState(session, oneOfInput(env, "state", ["cache", "none"])),
  };
}

/** Opens the store of the data folder, made when there is none. */
export function openSessionStore({ dataDir }: Session): Promise<Store> {
  return openStore(join(dataDir, STORE_FILE));
}

function keptState(
  session: Pick<Session, "world" | "mode" | "context" | "commands" | "repository" | "dataDir">,
  where: "cache" | "none",
): KeptState | null {
  if (where === "none") return null;
  const { world, mode, context, commands, repository, dataDir } = session;
  const { env } = world;
  const signal = untilAfterCancel(world.signal);
  const warn = (message: string): void => commands.annotate("warning", message, { title: "Oddrun" });
  const cache = cacheService({ env, signal, mask: (secret) => commands.mask(secret), userAgent: `oddrun/${VERSION}` });
  if ("missing" in cache) {
    warn(
      `Nothing is kept between runs, since ${cache.missing}: each run collects anew. Set the input "state" to none to hide this.`,
    );
    return null;
  }
  const isOwn = repository.toLowerCase() === context.repository.toLowerCase() && context.repositoryId !== null;
  const about = isOwn ? `id ${context.repositoryId}` : repository.toLowerCase();
  const { runId, runAttempt } = context;
  return { dataDir, about, runId, runAttempt, cache, writer: mode === "watch" ? "watch" : "look", warn };
}

/** A cancelled job has 7.5 seconds left: what was collected is still kept in this time. */
const AFTER_CANCEL_MS = 5000;

function untilAfterCancel(cancelled: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const end = (): void => void setTimeout(() => controller.abort(cancelled.reason), AFTER_CANCEL_MS).unref();
  cancelled.addEventListener("abort", end, { once: true });
  return controller.signal;
}

/** A GitHub App in place of the job's token, and the test's shorter waits. */
function appSettings(env: ActionWorld["env"]): ActionWorld["env"] {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => name.startsWith("ODDRUN_GITHUB_APP_") || name === "ODDRUN_WAIT_SCALE"),
  );
}

function waitWords({ reason, untilMs, why }: WaitNotice, nowMs: number): string {
  const seconds = Math.max(1, Math.ceil((untilMs - nowMs) / 1000));
  return `waiting ${seconds} s for GitHub (${reason}${why === undefined ? "" : `: ${why}`})`;
}
