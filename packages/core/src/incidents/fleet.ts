import { binomialTail } from "../features/index.ts";

const DAY_MS = 86_400_000;
/** What moves many repositories moves them within a day: a roll-out begins, a service goes down. */
export const FLEET_WINDOW_MS = DAY_MS;
/** Fewer are no fleet, however unlikely it is that they move together. */
const REPOSITORIES_MIN = 3;
const SHARE_MIN = 0.1;
/** How unlikely it must be by chance. It is asked at every change, some thousands a year: so one mistake in years. */
const CHANCE_MAX = 1e-5;
/** No repository is so quiet that it cannot move by chance in two days. */
const RATE_MIN = 0.02;
const RATE_MAX = 0.9;
/** Until there is a past, a repository is taken to move once in twenty days: as sure as five days of looking make it. */
const PRIOR_DAYS = 5;
const PRIOR_COUNT = 0.25;
/** How far back the usual rate is taken from, and what is too new to be usual. */
const PAST_MS = 60 * DAY_MS;
const RECENT_MS = 3 * DAY_MS;
/** A repository without a run for so long is not one that could have moved. */
const ACTIVE_MS = 14 * DAY_MS;

/** When a repository, or one workflow of it, was seen to run: its first and last end. */
export interface RepositoryActivity {
  readonly repositoryId: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How many repositories had run lately at `atMs`, and since when anything ran at all. */
export function activeAt(activity: readonly RepositoryActivity[], atMs: number) {
  const active = activity.filter(({ firstMs, lastMs }) => firstMs <= atMs && lastMs >= atMs - ACTIVE_MS);
  return {
    repositoryCount: new Set(active.map(({ repositoryId }) => repositoryId)).size,
    firstMs: active.reduce((first, { firstMs }) => Math.min(first, firstMs), atMs),
  };
}

/**
 * Whether so many repositories moved within a day that the cause lies outside of them: their number against a binomial law with the
 * rate at which incidents of the same family usually come up in one repository.
 *
 * @param openedAtMs when the incidents of that family came up, in any order
 */
export function isFleetWide(
  movedCount: number,
  activity: readonly RepositoryActivity[],
  openedAtMs: () => readonly number[],
  atMs: number,
): boolean {
  if (movedCount < REPOSITORIES_MIN) return false;
  const { repositoryCount, firstMs } = activeAt(activity, atMs);
  const drawCount = Math.max(repositoryCount, movedCount);
  if (movedCount / drawCount < SHARE_MIN) return false;
  const untilMs = atMs - RECENT_MS;
  const fromMs = Math.max(firstMs, untilMs - PAST_MS);
  const usualCount = openedAtMs().filter((opened) => opened >= fromMs && opened < untilMs).length;
  const days = Math.max(0, untilMs - fromMs) / DAY_MS;
  const perDay = (usualCount / drawCount + PRIOR_COUNT) / (days + PRIOR_DAYS);
  const expected = (perDay * 2 * FLEET_WINDOW_MS) / DAY_MS;
  const rate = Math.min(RATE_MAX, Math.max(RATE_MIN, 1 - Math.exp(-expected)));
  return binomialTail(movedCount, drawCount, rate) <= CHANCE_MAX;
}
