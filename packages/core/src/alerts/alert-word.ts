/**
 * What a message says. Of an incident: it is *new*, has *grown*, goes on (*reminder*), or is over (*recovered*). Of many: so much moved at
 * once that the cause lies outside (*storm*), or what did not fit into the budget (*digest*). *test* says nothing but that it arrived.
 */
export type AlertWord = "new" | "grown" | "reminder" | "recovered" | "storm" | "digest" | "test";

export const ALERT_WORDS: readonly AlertWord[] = ["new", "grown", "reminder", "recovered", "storm", "digest", "test"];
