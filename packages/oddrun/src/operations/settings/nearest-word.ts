/**
 * The word that was most likely meant: one that begins with what was written, as "url-from" does with "url", or that has at most two
 * letters wrong, missing or too many; null where none comes near.
 */
export function nearestWord(text: string, words: readonly string[]): string | null {
  const wanted = plain(text);
  const longer = words.find((word) => wanted.length >= 3 && plain(word).startsWith(`${wanted}-`));
  if (longer !== undefined) return longer;
  const [nearest] = words
    .map((word) => ({ word, edits: editCount(wanted, plain(word)) }))
    .filter(({ word, edits }) => edits <= Math.min(2, Math.floor(word.length / 3)))
    .sort((one, other) => one.edits - other.edits);
  return nearest?.word ?? null;
}

/** Whoever writes snake_case or camelCase means the same word. */
function plain(text: string): string {
  return text
    .slice(0, 64)
    .replaceAll(/([a-z])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replaceAll("_", "-");
}

/** Levenshtein's distance. */
function editCount(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let at = 1; at <= one.length; at += 1) {
    const next = [at];
    for (let to = 1; to <= other.length; to += 1) {
      const change = row[to - 1]! + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(change, row[to]! + 1, next[to - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
