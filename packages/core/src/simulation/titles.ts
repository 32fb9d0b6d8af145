import type { SeededRandom } from "../random/index.ts";

const VERBS = ["Fix", "Add", "Remove", "Speed up", "Simplify", "Test", "Document", "Rename", "Retry", "Cache"] as const;
const THINGS = [
  "the checkout form",
  "retries of failed payments",
  "the search index",
  "price rounding",
  "session expiry",
  "the release notes",
  "a race in the job queue",
  "logging of request ids",
  "the feature flags",
  "image uploads",
  "the login page",
  "time zone handling",
] as const;

/** Harmless, and a trap for whoever shows or exports text from outside without care. */
const HOSTILE_TITLES = [
  "<script>alert('title')</script>",
  "=cmd|' /C calc'!A0",
  "🚀 Ship it 🚀",
  "\u202egnitset fo txet desrever\u202c",
  "שיפור מהירות הטעינה",
  '"><img src=x onerror=alert(1)>',
  'Comma, "quotes" and a\ttab',
] as const;
const HOSTILE_BRANCHES = ["fix/<b>bold</b>", "feature/🚀-launch", "=1+1", "user/o'brien;--drop"] as const;
const HOSTILE_SHARE = 0.025;

function pick<Item>(random: SeededRandom, items: readonly Item[]): Item {
  return items[random.integer(items.length)]!;
}

export function pullRequestTitle(random: SeededRandom): string {
  if (random.next() < HOSTILE_SHARE) return pick(random, HOSTILE_TITLES);
  return `${pick(random, VERBS)} ${pick(random, THINGS)}`;
}

/** A branch for pull request `number`; the number keeps branches apart. */
export function branchName(random: SeededRandom, number: number): string {
  const draw = random.next();
  if (draw < HOSTILE_SHARE) return `${pick(random, HOSTILE_BRANCHES)}-${number}`;
  if (draw < 0.15) return `dependabot/npm_and_yarn/update-${number}`;
  return `${draw < 0.5 ? "fix" : "feature"}/${pick(random, THINGS).replaceAll(" ", "-")}-${number}`;
}
