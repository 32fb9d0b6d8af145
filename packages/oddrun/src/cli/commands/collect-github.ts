import { join } from "node:path";
import type { CollectProgress, CollectSummary } from "../../operations/collect/collect-runs.ts";
import type { RequestBudget } from "../../operations/ports.ts";
import { problem } from "../../operations/problems.ts";
import type { CommandContext } from "../command.ts";
import { requestPace, timeLeftMs } from "./collect-pace.ts";
import { progressText } from "./collect-text.ts";
import { type WaitTeller, waitTeller } from "./github-wait.ts";
import type { CollectSettings } from "./collect-settings.ts";

/**
 * Collects into the store of the data folder, which one process does at a time. Settings, store and lock are checked before the
 * first request.
 */
export async function collectFromGithub(
  settings: CollectSettings,
  concurrency: number,
  context: CommandContext,
): Promise<CollectSummary> {
  const { connectToGithub, githubSource } = await import("../../adapters/github/index.ts");
  const { openStore } = await import("../../adapters/store/index.ts");
  const { withFileLock } = await import("../../adapters/files/file-lock.ts");
  const { collectRuns, readMarksOf } = await import("../../operations/collect/collect-runs.ts");
  const { version } = await import("../version.ts");
  const { dataDir, env, signal, log, now } = context;
  let store: Awaited<ReturnType<typeof openStore>> | null = null;
  const waits = waitTeller(context);
  const tell = progressTeller(context, waits);
  const connection = await connectToGithub({
    env,
    ...(settings.apiUrl === undefined ? {} : { apiUrl: settings.apiUrl }),
    marks: {
      readMark: async (tokenId, url) =>
        store === null ? null : await readMarksOf(store, settings.patterns).readMark(tokenId, url),
    },
    signal,
    log,
    version: version(),
    now,
    inFlightMax: concurrency,
    waitLongestMs: settings.waitLongestMs,
    ...(settings.requestsMax === null ? {} : { requestsMax: settings.requestsMax }),
    onWait: waits.tell,
  });
  const source = githubSource(connection);
  store = await openStore(join(dataDir, "oddrun.db"));
  try {
    const opened = store;
    const onProgress = (progress: CollectProgress) => tell(progress, source.budget());
    const { targets, sinceMs, patterns, requestsMax } = settings;
    const held = await withFileLock(join(dataDir, "collect.lock"), { waitMs: 0 }, () =>
      collectRuns(
        { source, store: opened, log, now, signal, onProgress },
        { targets, sinceMs, patterns, requestsMax, concurrency },
      ),
    );
    if (held === null) throw problem("collector-running", dataDir);
    return held.result;
  } finally {
    await store.close();
  }
}

/** Tells how far it is; while it waits, until when that lasts stays to be read. */
function progressTeller(context: CommandContext, waits: WaitTeller) {
  const pace = requestPace();
  return (progress: CollectProgress, budget: RequestBudget): void => {
    const nowMs = context.now();
    const perMs = pace.observe(nowMs, budget.sent);
    if (nowMs < waits.untilMs()) return;
    context.progress(progressText(progress, budget, timeLeftMs(progress.tasksLeft, perMs, budget, nowMs)));
  };
}
