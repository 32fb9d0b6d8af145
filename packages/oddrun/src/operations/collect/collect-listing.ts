import { type ListOptions, listedAs, listWindow, numberOr, type WindowEnd } from "./collect-list-window.ts";
import {
  isAboutOneQuestion,
  nothingCollected,
  type Pass,
  PassStopped,
  type RepositoryPass,
  saveState,
  unlisted,
} from "./collect-pass.ts";
import {
  cutWindows,
  DAY_S,
  gapsIn,
  lengthS,
  LISTED_RUNS_MAX,
  LOOK_BACK_DAYS,
  midnightOf,
  overlapsIn,
  pieceOf,
  type WindowCutter,
} from "./collect-windows.ts";
import { grouped } from "../text/grouped-number.ts";
import { problem } from "../problems.ts";
import type { CreatedWindow, ReadMark } from "./run-source.ts";

/** A list may lag behind by so much: what was created later is listed again. */
const LIST_LAG_S = 60;
/** A window of which runs vanish while it is read is read again, so often; then in parts of one page. */
const READ_AGAIN_MAX = 3;
/** Makes windows of about half a page where they would be of nine. */
const PARTS = 18;
/** After so many stretches that could not be listed a pass lists no more of a repository. */
const SKIPPED_MAX = 3;
/** Up to so many runs in the whole look back, one window costs less than the aligned ones save. */
const LOOK_BACK_PLAIN_RUNS = 300;

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
  const whole = await listOrSkip(pass, of, { fromS, toS: null }, options);
  if (whole === null) return;
  const seconds = Math.max(1, nowS - fromS);
  of.runsPerSecond = numberOr(whole.total, whole.runCount) / seconds;
  if (whole.kind !== "listed") {
    const knownTo = of.listed.find((window) => window.fromS <= fromS && window.toS >= fromS)?.toS ?? fromS - 1;
    const runsPerSecond = whole.total === "many" ? null : of.runsPerSecond;
    const range = { fromS: Math.min(knownTo + 1, nowS), toS: null };
    const cutter = cutWindows(range, { nowS, runsPerSecond, isAligned: false });
    await listRange(pass, of, cutter, options);
    of.runsPerSecond = cutter.runsPerSecond();
    if (of.listProblem !== null) return;
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
  if (of.skipped.length >= SKIPPED_MAX) return;
  const listed = [...of.listed, ...of.skipped];
  for (const gap of unlisted({ listed }, range.sinceS, range.topFromS)) {
    const piece = pieceOf(gap, range.tierFromS, of.runsPerSecond);
    if (piece === null) return;
    const cutter = cutWindows(piece, { nowS: piece.toS, runsPerSecond: of.runsPerSecond, isAligned: false });
    await listRange(pass, of, cutter, { sentMax, keys: [pass.scope.key] });
    of.runsPerSecond = cutter.runsPerSecond();
  }
}

/**
 * Lists again what had been listed before this pass and may have been repeated since the last look back, however long ago that was.
 * One that is cut short goes on in the next pass.
 */
export async function lookBack(pass: Pass, of: RepositoryPass, topFromS: number, sentMax: number): Promise<void> {
  const { store } = pass.deps;
  const repositoryId = of.repository.id;
  const again = againKey(pass.scope.key);
  const beganAtMs = of.state.lookBackBeganAtMs ?? pass.serverNowMs();
  await saveState(pass, of, { lookBackBeganAtMs: beganAtMs });
  const seenS = midnightOf(Math.floor((of.state.lookedBackAtMs ?? beganAtMs) / 1000));
  const range = { fromS: Math.min(topFromS, seenS) - LOOK_BACK_DAYS * DAY_S, toS: topFromS - 1 };
  const done = [...(await store.listedWindows(repositoryId, again)), ...of.skipped];
  const isPlain = of.runsPerSecond !== null && of.runsPerSecond * lengthS(range) <= LOOK_BACK_PLAIN_RUNS;
  for (const piece of overlapsIn(range, of.listedBefore)) {
    for (const rest of gapsIn(piece, done)) {
      const cutter = cutWindows(rest, { nowS: rest.toS, runsPerSecond: of.runsPerSecond, isAligned: !isPlain });
      await listRange(pass, of, cutter, { sentMax, keys: [pass.scope.key, again] });
    }
  }
  of.isLookedBack = true;
  await store.saveCollected({ ...nothingCollected(), forgotten: [{ repositoryId, scope: again }] });
  await saveState(pass, of, { lookedBackAtMs: beganAtMs, lookBackBeganAtMs: null });
}

/** What a look back has listed again is kept under a key of its own until it ends. */
const againKey = (scope: string): string => `${scope} again`.trim();

async function listRange(
  pass: Pass,
  of: RepositoryPass,
  cutter: WindowCutter,
  options: ListOptions & { readonly heldMarks?: ReadMark[] },
): Promise<void> {
  let unsteady = 0;
  for (let window = cutter.next(); window !== null; window = cutter.next()) {
    const end = await listOrSkip(pass, of, window, options);
    if (end === null) {
      cutter.skip();
      continue;
    }
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
    // of a single second not even one run is shown: the length of the list is not why it is refused
    if (forced.total === "many" && forced.runCount === 0) {
      throw problem("github-refused", `the list of runs of ${of.repository.fullName}`, 422);
    }
    warnOfRest(pass, of, window, forced);
    cutter.done(forced.runCount);
  }
}

/** null when the list cannot be read: told, and left to another pass, so that it keeps nothing else back. */
async function listOrSkip(
  pass: Pass,
  of: RepositoryPass,
  window: CreatedWindow,
  options: ListOptions & { readonly heldMarks?: ReadMark[] },
): Promise<WindowEnd | null> {
  try {
    return await listWindow(pass, of, window, { ...options, isForced: false });
  } catch (error) {
    if (!isAboutOneQuestion(error)) throw error;
    of.listProblem ??= error;
    of.skipped = [...of.skipped, { fromS: window.fromS, toS: window.toS ?? window.fromS }];
    const { fullName: repository } = of.repository;
    pass.deps.log.warn("a stretch of time could not be listed", { repository, ...window, problem: error.message });
    if (of.skipped.length >= SKIPPED_MAX) throw new PassStopped();
    return null;
  }
}

/** A window of one second that cannot be cut: what there is to see is kept, and the rest is named. */
function warnOfRest(pass: Pass, of: RepositoryPass, window: CreatedWindow, { total, runCount }: WindowEnd): void {
  const missing = typeof total === "number" ? String(Math.max(0, total - runCount)) : "an unknown number";
  const second = new Date(window.fromS * 1000).toISOString();
  if (missing === "0") return;
  pass.tally.warnings.push(
    `${of.repository.fullName}: more than ${grouped(LISTED_RUNS_MAX)} runs in one second at ${second}: ${missing} not listed`,
  );
}
