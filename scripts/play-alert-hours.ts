import { createInterface } from "node:readline";
import { GITHUB_PRICES, type HistoryBatch } from "@oddrun/core";
import { simulateOrganisation } from "@oddrun/core/simulation";
import { connectToGithub } from "oddrun/internal/adapters/github/index";
import { githubIssueChannel, githubIssueMirror } from "oddrun/internal/adapters/github-issues/index";
import { channelsOf } from "oddrun/internal/adapters/notifications/index";
import { openStore } from "oddrun/internal/adapters/store/index";
import { alertComposer } from "oddrun/internal/operations/alerts/alert-composer";
import { runAlerts } from "oddrun/internal/operations/alerts/run-alerts";
import { detectChanges } from "oddrun/internal/operations/changes/detect-changes";
import { updateIncidents } from "oddrun/internal/operations/incidents/incidents-update";
import { DEFAULT_SETTINGS, type Settings } from "oddrun/internal/operations/settings/settings";
import type { AlertChannel } from "oddrun/ports";
import {
  HISTORY_DAYS,
  HOUR_MS,
  hourMs,
  SEED,
  START,
  STEP_HOURS,
  WATCHED_DAYS,
} from "./alerts-suite/ninety-days-plan.ts";

/**
 * The process that is killed: each line on standard input is the hour to play until, one collection, look and pass over the alerts; each line on
 * standard output an hour that is done. A store that is empty is filled with all that was before.
 */
const { STORE = "", GITHUB = "", NEXT = "", WATCHED_BEFORE = "" } = process.env;
const store = await openStore(STORE);
const batches = [...simulateOrganisation({ seed: SEED, startMs: START, days: HISTORY_DAYS + WATCHED_DAYS }).batches];
const log = { debug() {}, info() {}, warn() {}, error() {} };
const signal = new AbortController().signal;
const connection = await connectToGithub({
  env: process.env,
  apiUrl: GITHUB,
  marks: null,
  signal,
  log,
  version: "0.0.0",
  now: Date.now,
});
const settings: Settings = {
  ...DEFAULT_SETTINGS,
  channels: {
    issues: { kind: "github-issue", labels: [], assignees: [] },
    room: { kind: "slack", urlFrom: "ROOM" },
    hook: { kind: "webhook", urlFrom: "HOOK", secretFrom: "HOOK_KEY" },
  },
};

/** What ended from then until before then; ids as GitHub has them, above 0, and no steps. */
function endedIn(fromMs: number, untilMs: number): HistoryBatch {
  const own = batches.flatMap((batch) => {
    const runs = batch.runs.filter(({ completedAtMs }) => completedAtMs! >= fromMs && completedAtMs! < untilMs);
    const ids = new Set(runs.map(({ runId, runAttempt }) => `${runId}/${runAttempt}`));
    return runs.length === 0
      ? []
      : [{ ...batch, runs, jobs: batch.jobs.filter((job) => ids.has(`${job.runId}/${job.runAttempt}`)) }];
  });
  const asGitHubs = <Row extends { readonly repositoryId: number }>(row: Row): Row => ({
    ...row,
    repositoryId: Math.abs(row.repositoryId),
  });
  return {
    repositories: own.flatMap((one) => one.repositories.map((each) => ({ ...each, id: Math.abs(each.id) }))),
    workflows: own.flatMap((one) => one.workflows.map(asGitHubs)),
    runs: own.flatMap((one) => one.runs.map(asGitHubs)),
    jobs: own.flatMap((one) => one.jobs.map(asGitHubs)),
    steps: [],
  };
}

let nowMs = 0;
const now = (): number => nowMs;
const common = { store, log, now, signal, progress() {} };
/** Slack gets no id with its words, so the one who counts them is told which message comes next. */
const announced = (channel: AlertChannel): AlertChannel => ({
  ...channel,
  async deliver(message, context) {
    await fetch(NEXT, { method: "POST", body: message.id });
    return channel.deliver(message, context);
  },
});
const channels = channelsOf(settings, {
  env: process.env,
  signal,
  version: "0.0.0",
  now: Date.now,
  issues: (name, { labels, assignees }) =>
    githubIssueChannel({ name, labels, assignees, connection, homeRepository: null }),
}).map((channel) => (channel.kind === "slack" ? announced(channel) : channel));
const compose = alertComposer(store, {
  privacy: settings.privacy,
  prices: GITHUB_PRICES,
  otherwiseVisibility: null,
});

for await (const line of createInterface({ input: process.stdin })) {
  const hour = Number(line);
  nowMs = hourMs(hour);
  const isNew = (await store.countRuns()) === 0;
  await store.save(endedIn(isNew ? 0 : nowMs - STEP_HOURS * HOUR_MS, nowMs));
  await detectChanges(common, { place: STORE });
  await updateIncidents(store);
  const started = performance.now();
  const pass = await runAlerts(
    {
      ...common,
      mirror: githubIssueMirror({ connection }),
      channels,
      compose,
      route: () => channels.map(({ name }) => name),
    },
    { place: STORE, settings, watchedBeforeMs: WATCHED_BEFORE === "" ? null : Number(WATCHED_BEFORE) },
  );
  const alertsMs = Math.round(performance.now() - started);
  const orders = pass.orders.length;
  process.stdout.write(`${JSON.stringify({ hour, alertsMs, said: pass.said.length, unsaid: pass.unsaid, orders })}\n`);
}
await store.close();
