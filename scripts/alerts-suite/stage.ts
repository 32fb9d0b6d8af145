import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import {
  type ChangeEvent,
  type ChangeWord,
  type DueAlert,
  type Incident,
  type RunAttempt,
  seriesId,
} from "@oddrun/core";
import { openStore, type Store } from "oddrun/internal/adapters/store/index";
import { runAlerts, type RunAlertsDeps, type RunAlertsOptions } from "oddrun/internal/operations/alerts/run-alerts";
import { updateIncidents } from "oddrun/internal/operations/incidents/incidents-update";
import { DEFAULT_SETTINGS, type Settings } from "oddrun/internal/operations/settings/settings";
import { githubInMemory, plainMessage, roomInMemory } from "./github-in-memory.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-alerts-suite-"));
const stages = new Set<Store>();
after(async () => {
  for (const store of stages) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

export const DAY_MS = 86_400_000;
/** A Monday. */
export const START = Date.UTC(2026, 0, 5);
const REPOSITORY_ID = 7;

/** What a detector says of a workflow's duration, at the end of a run that day. */
export interface Said extends Partial<Pick<ChangeEvent, "state" | "changeNumber" | "level" | "score">> {
  readonly day: number;
  readonly workflowId?: number;
  readonly onsetDay?: number;
}

function wordOf({ day, onsetDay = day - 0.5, workflowId = 70, ...event }: Said): ChangeWord {
  const atMs = START + day * DAY_MS;
  const context = { branches: "default", event: "push", scope: "run", measure: "duration", job: "", part: "" } as const;
  return {
    seriesId: seriesId({ repositoryId: REPOSITORY_ID, workflowId, ...context }),
    event: {
      state: "told",
      changeNumber: 1,
      direction: "up",
      onset: { runId: 1000, runAttempt: 1, atMs: START + onsetDay * DAY_MS },
      at: { runId: 1010, runAttempt: 1, atMs },
      usual: 300_000,
      level: 450_000,
      score: 4,
      runCount: 11,
      isYoung: false,
      ...event,
    },
  };
}

export interface StageOptions {
  readonly alerts?: Partial<Settings["alerts"]>;
  readonly github?: ReturnType<typeof githubInMemory>;
  readonly room?: ReturnType<typeof roomInMemory>;
  readonly path?: string;
  readonly watchedBeforeMs?: number;
}

let stores = 0;
const newPath = (): string => join(folder, `${stores++}.db`);

/** A store in which a test says what detectors would say, with the GitHub and the room that hear of it. */
export async function newStage({
  alerts = {},
  github = githubInMemory(() => REPOSITORY_ID),
  room = roomInMemory("room"),
  path = newPath(),
  watchedBeforeMs,
}: StageOptions = {}) {
  const store = await openStore(path);
  stages.add(store);
  let nowMs = START;
  const deps: RunAlertsDeps = {
    store,
    mirror: github.mirror,
    channels: [github.channel, room.channel],
    compose: (due: DueAlert, incidents: readonly Incident[]) => Promise.resolve(plainMessage(due, incidents[0])),
    route: () => ["issues", "room"],
    log: { debug() {}, info() {}, warn() {}, error() {} },
    now: () => nowMs,
    signal: { aborted: false },
    progress() {},
  };
  const options: RunAlertsOptions = {
    place: path,
    settings: { ...DEFAULT_SETTINGS, alerts: { ...DEFAULT_SETTINGS.alerts, digest: null, ...alerts } },
    watchedBeforeMs: watchedBeforeMs ?? null,
  };
  return {
    store,
    github,
    room,
    deps,
    /** The detectors say something, each after a run. */
    async say(...said: readonly Said[]): Promise<void> {
      for (const { day, workflowId } of said) await runs(store, day, workflowId);
      const version = (await store.watchOf(REPOSITORY_ID))?.version ?? 0;
      const before = (await store.changes()).length;
      const step = {
        repositoryId: REPOSITORY_ID,
        engine: "1",
        checkpointMs: null,
        series: [],
        passedRuns: [],
        lateRuns: [],
      };
      const saying = said.map(wordOf).map((word, at) => {
        const { atMs: saidAtMs } = word.event.at;
        return { ...word, word: before + at + 1, isCorrection: false, saidAtMs };
      });
      await store.saveWatch({ ...step, fromVersion: version, said: saying });
      await updateIncidents(store);
    },
    /** A run of the workflow ends that day. */
    runs: (day: number, workflowId?: number): Promise<void> => runs(store, day, workflowId),
    /** A pass at that day. */
    pass(day: number, change: Partial<RunAlertsDeps> = {}) {
      nowMs = START + day * DAY_MS;
      return runAlerts({ ...deps, ...change }, options);
    },
    /** The file as it is, closed: for another machine, as the Actions cache gives it to both. */
    async closed(): Promise<string> {
      await store.close();
      stages.delete(store);
      return path;
    },
  };
}

let runIds = 1;

async function runs(store: Store, day: number, workflowId = 70): Promise<void> {
  const completedAtMs = START + day * DAY_MS;
  const unknown = { ms: null, unknown: "not-recorded" } as const;
  const run: RunAttempt = {
    repositoryId: REPOSITORY_ID,
    workflowId,
    runId: runIds++,
    runAttempt: 1,
    runNumber: null,
    branch: "main",
    event: "push",
    headSha: null,
    title: null,
    createdAtMs: completedAtMs - 300_000,
    runStartedAtMs: completedAtMs - 300_000,
    completedAtMs,
    conclusion: "success",
    status: null,
    updatedAtMs: null,
    endFrom: "run",
    heldFor: null,
    seenHeldAtMs: null,
    heldTime: unknown,
    duration: { ms: 300_000, unknown: null },
    queueTime: unknown,
  };
  await store.save({
    repositories: [{ id: REPOSITORY_ID, fullName: "acme/shop", defaultBranch: "main", visibility: "public" }],
    workflows: [{ repositoryId: REPOSITORY_ID, id: workflowId, name: `CI ${workflowId}`, path: null }],
    runs: [run],
    jobs: [],
    steps: [],
  });
}
