import { cleanRunTimes } from "@oddrun/core";
import type { CollectionTask } from "./collection-store.ts";
import { ingestRuns } from "./collect-ingest.ts";
import {
  type GrowingPart,
  inParallel,
  isAboutOneQuestion,
  isAboutOneThing,
  isStillThere,
  nothingCollected,
  type Pass,
  PassStopped,
  type RepositoryPass,
  taskKey,
} from "./collect-pass.ts";
import { countNotes, countUnreadable } from "./collect-tally.ts";

/** Answers saved in one transaction: what a kill costs at most. */
const GROUP_TASKS = 25;
/** Tasks read at once. */
const READ_TASKS = 500;
/** After so many tries in vain a question rests, and is put once a day. */
const TRIES_AT_WILL = 6;
/** After so many it is put no more. */
export const TRIES_MAX = 30;

/**
 * Puts the open questions, newest first, `width` at a time, until none is left that this pass has not tried. Those of runs created before
 * `inTurnBeforeMs` follow in turn from every workflow.
 */
export async function doTasks(pass: Pass, width: number, inTurnBeforeMs: number | null): Promise<void> {
  const sound = pass.repositories.filter((of) => of.problem === null);
  await putQuestions(pass, width, sound, { triesMax: TRIES_AT_WILL, inTurnBeforeMs });
  const onceADay = sound.filter((of) => of.isFirstOfDay);
  await putQuestions(pass, width, onceADay, { triesMax: TRIES_MAX, inTurnBeforeMs });
}

async function putQuestions(
  pass: Pass,
  width: number,
  repositories: readonly RepositoryPass[],
  { triesMax, inTurnBeforeMs }: { readonly triesMax: number; readonly inTurnBeforeMs: number | null },
): Promise<void> {
  const { store } = pass.deps;
  const byId = new Map(repositories.map((of) => [of.repository.id, of]));
  const repositoryIds = [...byId.keys()];
  if (repositoryIds.length === 0) return;
  const counts = await store.countTasks(repositoryIds, triesMax - 1);
  pass.tally.tasksLeft = counts.reduce((sum, { count }) => sum + count, 0);
  const failed = pass.failedTasks;
  let group = nothingCollected();
  let notShown: CollectionTask[] = [];
  let inGroup = 0;
  const save = async (): Promise<void> => {
    if (inGroup === 0) return;
    const [part, gone] = [group, notShown];
    group = nothingCollected();
    notShown = [];
    inGroup = 0;
    for (const repositoryId of new Set(gone.map((task) => task.repositoryId))) {
      if (!(await isStillThere(pass, byId.get(repositoryId)!))) continue;
      const of = byId.get(repositoryId)!;
      for (const task of gone.filter((each) => each.repositoryId === repositoryId)) {
        const verdict = await whyNotShown(pass, of, task);
        if (verdict === "gone") part.doneTasks.push(keyOf(task));
        else if (verdict === "not-yet") part.failedTasks.push(keyOf(task));
        if (verdict === "gone") pass.tally.deletedUpstream += 1;
      }
    }
    pass.tally.tasksLeft -= part.doneTasks.length;
    pass.tally.failedTasks += part.failedTasks.length;
    await pass.save(part, true);
  };
  while (pass.stopped === null) {
    const order = inTurnBeforeMs === null ? {} : { inTurnBeforeMs };
    const limit = READ_TASKS + failed.size;
    const read = await store.tasks({ repositoryIds, triesMax: triesMax - 1, limit, ...order });
    const tasks = read.filter((task) => !failed.has(taskKey(task)) && byId.get(task.repositoryId)?.problem === null);
    if (tasks.length === 0) return;
    try {
      await inParallel(tasks, width, async (task) => {
        const of = byId.get(task.repositoryId)!;
        if (pass.stopped !== null || of.problem !== null) return;
        const part = await answered(pass, of, task);
        if (part === null) return;
        if (part === "not-shown") notShown.push(task);
        else join(group, part);
        if (part === "not-shown" || part.failedTasks.length > 0) failed.add(taskKey(task));
        if (++inGroup >= GROUP_TASKS) await save();
      });
    } finally {
      await save();
    }
  }
}

/** What came of a question, to be saved; or GitHub does not show what was asked for. */
type Answered = GrowingPart | "not-shown";

/** null when the question could not be put. */
async function answered(pass: Pass, of: RepositoryPass, task: CollectionTask): Promise<Answered | null> {
  try {
    return task.kind === "jobs" ? await askJobs(pass, of, task) : await askAttempt(pass, of, task);
  } catch (error) {
    if (error instanceof PassStopped) return null;
    if (!isAboutOneThing(error)) throw error;
    pass.deps.log.warn("a question was not answered", { repository: of.repository.fullName, problem: error.message });
    if (error.code !== "github-refused" && !isAboutOneQuestion(error)) {
      of.problem = error;
      return null;
    }
    const part = nothingCollected();
    part.failedTasks.push(keyOf(task));
    return part;
  }
}

/**
 * What has just ended may not be shown by all of GitHub's servers yet: where its run is shown, it is asked for once more by a later pass.
 * null when that could not be found out.
 */
async function whyNotShown(pass: Pass, of: RepositoryPass, task: CollectionTask): Promise<"gone" | "not-yet" | null> {
  if (task.tries > 0) return "gone";
  try {
    const run = await pass.ask("polls", () => pass.deps.source.run(of.repository, task.runId));
    return run === null ? "gone" : "not-yet";
  } catch (error) {
    if (error instanceof PassStopped) return null;
    if (!isAboutOneThing(error)) throw error;
    return "not-yet";
  }
}

async function askJobs(pass: Pass, of: RepositoryPass, task: CollectionTask): Promise<Answered> {
  const { source, store } = pass.deps;
  const part = nothingCollected();
  const { repositoryId, runId, runAttempt } = task;
  const answer = await pass.ask("jobs", () => source.jobs(of.repository, runId, runAttempt));
  if (answer === null) return "not-shown";
  const stored = await store.reportedRun(repositoryId, runId, runAttempt);
  if (stored === null) {
    part.doneTasks.push(keyOf(task));
    return part;
  }
  countUnreadable(pass.tally, answer.unreadable);
  const { run, jobs, steps, notes } = cleanRunTimes(stored.run, answer.jobs, pass.serverNowMs());
  countNotes(pass.tally, notes);
  part.batch.runs.push(run);
  part.batch.jobs.push(...jobs);
  part.batch.steps.push(...steps);
  // the run is over, and yet one of its jobs is not: the list of jobs lags behind
  const isOver = answer.jobs.every(({ conclusion }) => conclusion !== null);
  (isOver ? part.doneTasks : part.failedTasks).push(keyOf(task));
  return part;
}

async function askAttempt(pass: Pass, of: RepositoryPass, task: CollectionTask): Promise<Answered> {
  const { runId, runAttempt } = task;
  const attempt = await pass.ask("attempts", () => pass.deps.source.attempt(of.repository, runId, runAttempt));
  if (attempt === null) return "not-shown";
  const part = await ingestRuns(pass, of, [attempt], "earlier-attempt");
  part.doneTasks.push(keyOf(task));
  return part;
}

function join(group: GrowingPart, part: GrowingPart): void {
  for (const table of ["repositories", "workflows", "runs", "jobs", "steps"] as const) {
    (group.batch[table] as unknown[]).push(...part.batch[table]);
  }
  for (const list of ["listed", "newTasks", "doneTasks", "failedTasks", "readMarks", "goneRuns"] as const) {
    (group[list] as unknown[]).push(...part[list]);
  }
}

const keyOf = ({ repositoryId, runId, runAttempt, kind }: CollectionTask) => ({
  repositoryId,
  runId,
  runAttempt,
  kind,
});
