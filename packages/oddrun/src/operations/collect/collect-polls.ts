import { ingestRuns } from "./collect-ingest.ts";
import { type GrowingPart, isAboutOneQuestion, isStillThere, type Pass, type RepositoryPass } from "./collect-pass.ts";
import type { CollectionStore } from "./collection-store.ts";
import { DAY_S, LOOK_BACK_DAYS } from "./collect-windows.ts";
import type { SourceRun } from "./run-source.ts";

/** GitHub repeats a run for 30 days after its creation, and ends each attempt after 35: one that is open for longer was lost. */
const OPEN_LONGEST_MS = (LOOK_BACK_DAYS + 36) * DAY_S * 1000;
/** Answers saved at once. */
const GROUP_RUNS = 25;

/** Asks for each open run that this pass has not seen, so that none is forgotten, however old it is. */
export async function pollOpenRuns(pass: Pass, of: RepositoryPass, sentMax: number): Promise<void> {
  const { source, store, log } = pass.deps;
  const nowMs = pass.serverNowMs();
  const group: SourceRun[] = [];
  const gone: OpenRun[] = [];
  const save = async (): Promise<void> => {
    if (group.length + gone.length === 0) return;
    const part = await ingestRuns(pass, of, group.splice(0), "run");
    const notShown = gone.splice(0);
    if (notShown.length > 0 && (await isStillThere(pass, of))) {
      for (const run of notShown) drop(part, of.repository.id, run);
      pass.tally.deletedUpstream += notShown.length;
    }
    await pass.save(part);
  };
  try {
    for (const open of await store.openRuns(of.repository.id)) {
      const { runId, createdAtMs } = open;
      if (of.seenOpen.has(runId)) continue;
      if (createdAtMs !== null && nowMs - createdAtMs > OPEN_LONGEST_MS) {
        pass.tally.givenUpRuns += 1;
        continue;
      }
      try {
        const run = await pass.ask("polls", () => source.run(of.repository, runId), sentMax);
        if (run === null) gone.push(open);
        else group.push(run);
      } catch (error) {
        if (!isAboutOneQuestion(error)) throw error;
        pass.tally.failedTasks += 1;
        log.warn("an open run cannot be read", { repository: of.repository.fullName, problem: error.message });
      }
      if (group.length + gone.length >= GROUP_RUNS) await save();
    }
    of.arePollsDone = true;
  } finally {
    await save();
  }
}

type OpenRun = Awaited<ReturnType<CollectionStore["openRuns"]>>[number];

/** What is stored of the run stays; nothing more is asked about it. */
function drop(part: GrowingPart, repositoryId: number, { runId, runAttempt }: OpenRun): void {
  part.goneRuns.push({ repositoryId, runId });
  for (let attempt = 1; attempt <= runAttempt; attempt++) {
    for (const kind of ["attempt", "jobs"] as const) {
      part.doneTasks.push({ repositoryId, runId, runAttempt: attempt, kind });
    }
  }
}
