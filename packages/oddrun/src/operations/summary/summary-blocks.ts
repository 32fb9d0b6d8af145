import { utf8Bytes } from "../text/utf8-bytes.ts";

/** A part of a summary that is shown whole or not at all. */
export interface SummaryBlock {
  /** What is said to be left out: "the chart of INC-7". */
  readonly name: string;
  readonly lines: readonly string[];
  /** 0 is never left out; of the others the highest goes first. */
  readonly rank: number;
}

/** Below the 1,024 KiB at which a runner refuses a step's whole summary, and about what a page takes without growing slow. */
export const SUMMARY_BYTES_MAX = 64_000;
/** GitHub takes 65,536 characters of a comment's body. */
export const COMMENT_BYTES_MAX = 60_000;
const NAMES_MAX = 6;
/** For the line that says what was left out. */
const NOTE_BYTES = 800;

/** The blocks as Markdown of at most `bytesMax` bytes: what matters least is left out first, and said to be. */
export function withinBytes(blocks: readonly SummaryBlock[], bytesMax: number): string {
  const shown = blocks.filter(({ lines }) => lines.length > 0);
  const text = (some: readonly SummaryBlock[]): string => `${some.map(({ lines }) => lines.join("\n")).join("\n\n")}\n`;
  if (utf8Bytes(text(shown)) <= bytesMax) return text(shown);
  const sizes = new Map(shown.map((block) => [block, utf8Bytes(text([block])) + 1]));
  let size = [...sizes.values()].reduce((sum, bytes) => sum + bytes, NOTE_BYTES);
  const left = new Set<SummaryBlock>();
  for (const block of shown.filter(({ rank }) => rank > 0).toSorted((one, other) => other.rank - one.rank)) {
    if (size <= bytesMax) break;
    left.add(block);
    size -= sizes.get(block)!;
  }
  const kept = shown.filter((block) => !left.has(block));
  return text([...kept, { name: "", lines: [leftOutLine([...left])], rank: 0 }]);
}

function leftOutLine(left: readonly SummaryBlock[]): string {
  const names = left.slice(0, NAMES_MAX).map(({ name }) => name);
  const more = left.length - names.length;
  return `Left out, so that this page stays small: ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}. \`oddrun report\` has all of it.`;
}
