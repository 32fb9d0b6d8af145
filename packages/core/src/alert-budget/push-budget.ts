/** How many messages an inbox may get: what the user promises to read. */
export interface PushBudget {
  /** To the inbox of each repository, a week. */
  readonly repositoryAWeek: number;
  /** To the inbox of each organisation, a week. */
  readonly organisationAWeek: number;
}

export const DEFAULT_PUSH_BUDGET: PushBudget = { repositoryAWeek: 1, organisationAWeek: 5 };

const WEEKS: Readonly<Record<string, number>> = { day: 1 / 7, week: 1, month: 365.25 / 12 / 7 };
const PUSHES_A_WEEK_MAX = 1000;

/**
 * Pushes a week from "1/week", "0.5/week", "2/month" or "1/day"; null where it is no such rate, or not above 0 and up to 1000 a
 * week.
 */
export function parsePushRate(text: string): number | null {
  const [, count, unit] = /^(\d{1,6}(?:\.\d{1,6})?)\/(day|week|month)$/.exec(text.trim()) ?? [];
  if (count === undefined || unit === undefined) return null;
  const aWeek = Number(count) / WEEKS[unit]!;
  return aWeek > 0 && aWeek <= PUSHES_A_WEEK_MAX ? aWeek : null;
}
