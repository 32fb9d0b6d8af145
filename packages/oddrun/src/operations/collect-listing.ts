import { ingestRuns } from "./collect-ingest.ts";
import { nothingCollected, type Pass, type RepositoryPass, unlisted } from "./collect-pass.ts";
import { countUnreadable } from "./collect-tally.ts";
import {
  type ClosedWindow,
  cutWindows,
  DAY_S,
  gapsIn,
  lengthS,
  LISTED_RUNS_MAX,
  midnightOf,
  type NewestRuns,
  overlapsIn,
  pieceOf,
  type WindowCutter,
} from "./collect-windows.ts";
import type { CreatedWindow, ReadMark, RunsPage } from "./run-source.ts";

/** A list may lag behind by so much: what was created later is listed again. */
const LIST_LAG_S = 60;
/** A run may be repeated for 30 days, and keeps its time of creation. */
const LOOK_BACK_S = 31 * DAY_S;
/** A window of which runs vanish while it is read is read again, so often; then in parts of one page. */
const READ_AGAIN_MAX = 3;
const PAGE_RUNS = 100;
/** Makes windows of about half a page where they would be of nine. */
const PARTS = 18;
/** Up to so many pages for the whole look back, one window costs less than the aligned ones save. */
const LOOK_BACK_PLAIN_RUNS = 300;

interface ListOptions {
  readonly sentMax: number;
  /** Under which keys a window is kept as listed. */
  readonly keys: readonly string[];
}

interface WindowEnd {
  readonly kind: "listed" | "too-full" | "unsteady";
  readonly total: RunsPage["total"];
  readonly runCount: number;
  readonly isUnchanged: boolean;
  /** Of a window that was not read to its end: when the runs of its newest page were created. */
  readonly newest: NewestRuns | null;
}

/** The second from which on the list has no end, so that its address stays the same all day: midnight of yesterday. */
export function topFromS(serverNowMs: number): number {
  return midnightOf(Math.floor(serverNowMs / 1000)) - DAY_S;
}

/**
 * Lists what was created since yesterday's midnight; where that is more than one list can show, what was created since it was
 * last listed. Its read marks count only when all of it is saved: then an unchanged first page stands for the rest.
 */
export async function listTop(pass: Pass, of: RepositoryPass, fromS: number, sentMax: number): Promise<void> {
  const nowS = Math.floor(pass.serverNowMs() / 1000);
  const heldMarks: ReadMark[] = [];
  const options = { sentMax, keys: [], heldMarks };
  const whole = await listWindow(pass, of, { fromS, toS: null }, { ...options, isForced: false });
  const seconds = Math.max(1, nowS - fromS);
  of.runsPerSecond = numberOr(whole.total, whole.runCount) / seconds;
  if (whole.kind !== "listed") {
    const knownTo = of.listed.find((window) => window.fromS <= fromS && window.toS >= fromS)?.toS ?? fromS - 1;
    const runsPerSecond = whole.total === "many" ? null : of.runsPerSecond;
    const range = { fromS: Math.min(knownTo + 1, nowS), toS: null };
    const cutter = cutWindows(range, { nowS, runsPerSecond, isAligned: false });
    await listRange(pass, of, cutter, options);
    of.runsPerSecond = cutter.runsPerSecond();
  }
  const part = nothingCollected();
  const toS = nowS - LIST_LAG_S;
  if (toS >= fromS) part.listed.push(listedAs(of, pass.scope.key, { fromS, toS }));
  part.readMarks.push(...heldMarks);
  await pass.save(part);
  of.isTopListed = true;
}

/** Lists what is not listed yet, newest first, from `tierFromS` on; as far back as `sinceS` where that costs no page more. */
export async function listGaps(
  pass: Pass,
  of: RepositoryPass,
  range: { readonly sinceS: number; readonly tierFromS: number; readonly topFromS: number },
  sentMax: number,
): Promise<void> {
  for (const gap of unlisted(of, range.sinceS, range.topFromS)) {
    const piece = pieceOf(gap, range.tierFromS, of.runsPerSecond);
    if (piece === null) return;
    const cutter = cutWindows(piece, { nowS: piece.toS, runsPerSecond: of.runsPerSecond, isAligned: false });
    await listRange(pass, of, cutter, { sentMax, keys: [pass.scope.key] });
    of.runsPerSecond = cutter.runsPerSecond();
  }
}

/** Lists again what had been listed before this pass, since a run may be repeated for a month. */
export async function lookBack(pass: Pass, of: RepositoryPass, topFromS: number, sentMax: number): Promise<void> {
  const fromS = topFromS - LOOK_BACK_S;
  const range = { fromS, toS: topFromS - 1 };
  const again = `${pass.scope.key} again ${of.state.lookedBackAtMs ?? 0}`.trim();
  const done = await pass.deps.store.listedWindows(of.repository.id, again);
  const isPlain = of.runsPerSecond !== null && of.runsPerSecond * LOOK_BACK_S <= LOOK_BACK_PLAIN_RUNS;
  for (const piece of overlapsIn(range, of.listedBefore)) {
    for (const rest of gapsIn(piece, done)) {
      const cutter = cutWindows(rest, { nowS: rest.toS, runsPerSecond: of.runsPerSecond, isAligned: !isPlain });
      await listRange(pass, of, cutter, { sentMax, keys: [pass.scope.key, again] });
    }
  }
  of.isLookedBack = true;
}

async function listRange(
  pass: Pass,
  of: RepositoryPass,
  cutter: WindowCutter,
  options: ListOptions & { readonly heldMarks?: ReadMark[] },
): Promise<void> {
  let unsteady = 0;
  for (let window = cutter.next(); window !== null; window = cutter.next()) {
    const end = await listWindow(pass, of, window, { ...options, isForced: false });
    if (end.kind === "listed") {
      unsteady = 0;
      cutter.done(end.runCount);
      continue;
    }
    if (end.kind === "unsteady" && ++unsteady < READ_AGAIN_MAX) continue;
    // parts of one page cannot change between pages
    const isCut =
      end.kind === "unsteady"
        ? cutter.cut(PARTS * numberOr(end.total, end.runCount))
        : cutter.cut(end.total, end.newest);
    if (isCut) continue;
    const forced = await listWindow(pass, of, window, { ...options, isForced: true });
    warnOfRest(pass, of, window, forced);
    cutter.done(forced.runCount);
  }
}

/** A window of one second that cannot be cut: what there is to see is kept, and the rest is named. */
function warnOfRest(pass: Pass, of: RepositoryPass, window: CreatedWindow, { total, runCount }: WindowEnd): void {
  const missing = typeof total === "number" ? String(Math.max(0, total - runCount)) : "an unknown number";
  const second = new Date(window.fromS * 1000).toISOString();
  if (missing === "0") return;
  pass.tally.warnings.push(
    `${of.repository.fullName}: more than ${LISTED_RUNS_MAX.toLocaleString("en-US")} runs in one second at ${second}: ${missing} not listed`,
  );
}

/** Reads a window page by page; each page is saved with what it leads to, the last one with the window itself. */
async function listWindow(
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
    runCount += answer.isUnchanged ? Math.min(PAGE_RUNS, numberOr(total, PAGE_RUNS)) : answer.runs.length;
    pass.tally.listedRuns += answer.runs.length;
    countUnreadable(pass.tally, answer.unreadable);
    const isLast = answer.nextPage === null || isEnough;
    if (!isForced && isLast && !isEnough && runCount >= LISTED_RUNS_MAX && total === null) return end("too-full");
    if (!answer.isUnchanged || isLast) {
      const part = await ingestRuns(pass, of, answer.runs);
      if (answer.readMark !== null) (heldMarks ?? part.readMarks).push(pass.scopedMark(answer.readMark));
      if (isLast && window.toS !== null) {
        const listed = { fromS: window.fromS, toS: window.toS };
        part.listed.push(...options.keys.map((key) => listedAs(of, key, listed)));
      }
      await pass.save(part);
    }
    if (isLast) {
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

function listedAs(of: RepositoryPass, scope: string, window: ClosedWindow) {
  if (lengthS(window) > 0) of.listed = [...of.listed, window];
  return { repositoryId: of.repository.id, scope, window };
}

function newestOf(runs: RunsPage["runs"]): NewestRuns | null {
  const seconds = runs.flatMap(({ run }) => (run.createdAtMs === null ? [] : [Math.floor(run.createdAtMs / 1000)]));
  if (seconds.length === 0) return null;
  return { fromS: Math.min(...seconds), toS: Math.max(...seconds), runCount: seconds.length };
}

function numberOr(total: RunsPage["total"], otherwise: number): number {
  return typeof total === "number" ? total : otherwise;
}
