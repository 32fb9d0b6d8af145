import { ingestRuns } from "./collect-ingest.ts";
import type { Pass, RepositoryPass } from "./collect-pass.ts";
import { countUnreadable } from "./collect-tally.ts";
import { type ClosedWindow, lengthS, LISTED_RUNS_MAX, type NewestRuns } from "./collect-windows.ts";
import type { CreatedWindow, ReadMark, RunsPage } from "./run-source.ts";

const PAGE_RUNS = 100;

export interface ListOptions {
  readonly sentMax: number;
  /** Under which keys a window is kept as listed. */
  readonly keys: readonly string[];
}

export interface WindowEnd {
  readonly kind: "listed" | "too-full" | "unsteady";
  readonly total: RunsPage["total"];
  readonly runCount: number;
  readonly isUnchanged: boolean;
  /** Of a window that was not read to its end: when the runs of its newest page were created. */
  readonly newest: NewestRuns | null;
}

/** A list that ends a page or more before its own count: a limit that is not known here, or a wrong count. */
function warnOfShortList(
  pass: Pass,
  of: RepositoryPass,
  { fromS, toS }: CreatedWindow,
  { total, runCount }: WindowEnd,
): void {
  if (typeof total !== "number" || total - runCount < PAGE_RUNS) return;
  const [from, to] = [fromS, toS].map((second) => (second === null ? "now" : new Date(second * 1000).toISOString()));
  pass.tally.warnings.push(
    `${of.repository.fullName}: GitHub counts ${total} runs created from ${from} to ${to}, and lists ${runCount}: ${total - runCount} not listed`,
  );
}

/** Reads a window page by page; each page is saved with what it leads to, the last one with the window itself. */
export async function listWindow(
  pass: Pass,
  of: RepositoryPass,
  window: CreatedWindow,
  options: ListOptions & { readonly isForced: boolean; readonly heldMarks?: ReadMark[] },
): Promise<WindowEnd> {
  const { source, log } = pass.deps;
  const { isForced, heldMarks, sentMax } = options;
  let page: string | null = null;
  let total: RunsPage["total"] = null;
  let runCount = 0;
  let isUnchanged = true;
  for (;;) {
    const asked: string | null = page;
    const answer: RunsPage = await pass.ask("list", () => source.runs(of.repository, window, asked), sentMax);
    const end = (kind: WindowEnd["kind"]): WindowEnd => {
      return { kind, total: answer.total, runCount, isUnchanged, newest: newestOf(answer.runs) };
    };
    log.debug("page of runs", { repository: of.repository.fullName, ...window, total: answer.total });
    const isEnough = heldMarks !== undefined && page === null && (await isSeenEnough(pass, of, window, answer));
    if (!isForced && !isEnough && isTooLong(answer)) {
      if (answer.readMark !== null) heldMarks?.push(pass.scopedMark(answer.readMark));
      return end("too-full");
    }
    if (typeof total === "number" && typeof answer.total === "number" && answer.total < total && !isForced) {
      return end("unsteady");
    }
    total = answer.total;
    isUnchanged &&= answer.isUnchanged;
    const untold = Math.max(0, numberOr(total, Number.POSITIVE_INFINITY) - runCount);
    runCount += answer.isUnchanged ? Math.min(PAGE_RUNS, untold) : answer.runs.length;
    pass.tally.listedRuns += answer.runs.length;
    countUnreadable(pass.tally, answer.unreadable);
    const isLast = answer.nextPage === null || isEnough;
    // whatever the count says, a list so long has been cut off
    if (!isForced && isLast && !isEnough && runCount >= LISTED_RUNS_MAX) return { ...end("too-full"), total: null };
    if (!answer.isUnchanged || isLast) {
      const part = await ingestRuns(pass, of, answer.runs, "list");
      if (answer.readMark !== null) (heldMarks ?? part.readMarks).push(pass.scopedMark(answer.readMark));
      if (isLast && window.toS !== null) {
        const listed = { fromS: window.fromS, toS: window.toS };
        part.listed.push(...options.keys.map((key) => listedAs(of, key, listed)));
      }
      await pass.save(part);
    }
    if (isLast) {
      if (!isForced && !isEnough) warnOfShortList(pass, of, window, { ...end("listed"), total });
      if (isUnchanged && answer.nextPage === null) await seeOpenRuns(pass, of, window);
      return { ...end("listed"), runCount: isEnough ? numberOr(total, runCount) : runCount };
    }
    page = answer.nextPage;
  }
}

/** More than can be paged through. A long count on a list that ends with its first page is a mistake. */
function isTooLong({ total, nextPage }: RunsPage): boolean {
  return total === "many" || (total !== null && total >= LISTED_RUNS_MAX && nextPage !== null);
}

/**
 * When the newest page of the top window is as it was, no run was added or removed since all of the window was read. What may
 * have changed are open runs on its other pages: asked for one by one, where that takes fewer requests than the pages.
 */
async function isSeenEnough(
  pass: Pass,
  of: RepositoryPass,
  { fromS, toS }: CreatedWindow,
  answer: RunsPage,
): Promise<boolean> {
  if (toS !== null || !answer.isUnchanged || answer.nextPage === null) return false;
  const pagesLeft = Math.ceil(numberOr(answer.total, LISTED_RUNS_MAX) / PAGE_RUNS) - 1;
  const open = await pass.deps.store.openRuns(of.repository.id);
  return open.filter(({ createdAtMs }) => createdAtMs !== null && createdAtMs >= fromS * 1000).length <= pagesLeft;
}

/** Every page of the window is as it was, so its open runs are too. */
async function seeOpenRuns(pass: Pass, of: RepositoryPass, { fromS, toS }: CreatedWindow): Promise<void> {
  for (const { runId, createdAtMs } of await pass.deps.store.openRuns(of.repository.id)) {
    if (createdAtMs === null || createdAtMs < fromS * 1000) continue;
    if (toS === null || createdAtMs < (toS + 1) * 1000) of.seenOpen.add(runId);
  }
}

export function listedAs(of: RepositoryPass, scope: string, window: ClosedWindow) {
  if (lengthS(window) > 0) of.listed = [...of.listed, window];
  return { repositoryId: of.repository.id, scope, window };
}

function newestOf(runs: RunsPage["runs"]): NewestRuns | null {
  const seconds = runs.flatMap(({ run }) => (run.createdAtMs === null ? [] : [Math.floor(run.createdAtMs / 1000)]));
  if (seconds.length === 0) return null;
  return { fromS: Math.min(...seconds), toS: Math.max(...seconds), runCount: seconds.length };
}

export function numberOr(total: RunsPage["total"], otherwise: number): number {
  return typeof total === "number" ? total : otherwise;
}
