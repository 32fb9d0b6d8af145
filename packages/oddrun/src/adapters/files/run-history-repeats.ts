import type { HistoryRow } from "../../operations/history/import-history.ts";

/** Tells the rows that say again what an earlier row said ("repeated") from those that contradict one (a fault in words). */
export function repeatFinder(): { check(row: HistoryRow, raw: string): string | null } {
  const byRepository = new Map<string, Map<number | string, number>>();
  return {
    check(row, raw) {
      const repository = row.repository.toLowerCase();
      const seen = byRepository.get(repository) ?? new Map<number | string, number>();
      if (seen.size === 0) byRepository.set(repository, seen);
      const id = row.job === null ? row.run.runId : row.job.jobId;
      const { runAttempt } = row.run;
      // One number for both where they fit: a history may have millions of rows.
      const key = runAttempt < 1024 && id < 2 ** 43 ? id * 1024 + runAttempt : `${id}/${runAttempt}`;
      const hash = hashOf(raw);
      const before = seen.get(key);
      if (before === undefined) {
        seen.set(key, hash);
        return null;
      }
      if (before === hash) return "repeated";
      const what = row.job === null ? "run" : "job";
      return `${what} ${id}, attempt ${runAttempt}, stands in an earlier row with other values. Keep the row that is right.`;
    },
  };
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash | 0;
}
