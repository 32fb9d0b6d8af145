import { MINUTES_CATEGORIES, type MinutesCategory, categories } from "../explain/explain-words.ts";
import { evidenceSentence } from "../report/report-evidence.ts";
import { againstText, percentText } from "./check-words.ts";
import type { RunCheck } from "./run-check.ts";

const PREPARING: ReadonlySet<MinutesCategory> = new Set(
  MINUTES_CATEGORIES.filter((name) => name === "set-up-and-cache" || name === "dependencies"),
);

/** So far beyond the usual range that a reader asks why it is within noise. */
const ASTONISHING = 1.05;

/** Where most of the extra time lies before the work itself, a cold cache is the usual reason. */
function coldCacheWords({ kind, account, evidence }: RunCheck): string | null {
  const misses = evidence.some((found) => found.kind === "cache" && (found.value?.missedKeys.length ?? 0) > 0);
  if (account === null || kind !== "slower" || account.differenceMs <= 0) return null;
  const preparingMs = categories(account).reduce((sum, [name, ms]) => (PREPARING.has(name) ? sum + ms : sum), 0);
  if (preparingMs < account.differenceMs / 2) return null;
  return misses
    ? "Most of it lies in set-up and dependencies, and a cache was looked for in vain: a cold cache, not the work."
    : "Most of it lies in set-up, caches and dependencies, not in the steps' own work: a cold cache looks like this.";
}

/** What a reader should know of a check besides its verdict: full sentences. */
export function checkNotes(check: RunCheck): readonly string[] {
  const { whole, isCommonJobsOnly, evidence, kind } = check;
  const notes: string[] = [];
  const cache = coldCacheWords(check);
  if (cache !== null) notes.push(cache);
  if (kind === "slower" || kind === "faster") {
    const changed = evidenceSentence(evidence);
    if (changed !== null) notes.push(`${changed[0]!.toUpperCase()}${changed.slice(1)}.`);
  }
  if (isCommonJobsOnly) notes.push("Only the jobs that run on both sides are compared.");
  if (whole !== null && whole.kind !== "too-little-history") {
    const { ownRunCount, usualRunCount, peerRunCount, ratioSeen, value, usualHigh } = whole;
    if (kind === "within-noise" && whole.kind === "within-noise" && value > ASTONISHING * usualHigh)
      notes.push(
        "It took longer than nine of ten such runs do. By what is known here that may be chance: further runs of the branch will tell.",
      );
    const peers = peerRunCount === 0 ? "" : `, and by ${peerRunCount} runs of other branches`;
    const own = ownRunCount === 1 ? "this run" : `the last ${ownRunCount} runs of this branch`;
    notes.push(
      `Compared: ${own} with ${usualRunCount} runs of ${againstText(check)}${peers}. With this much history ${own} would be called slower from ${percentText(ratioSeen)}${ratioSeen >= 3 ? " the usual time" : ""} on.`,
    );
  }
  return notes;
}
