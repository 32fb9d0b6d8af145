/** Longer lines are of no interest, and matching them costs time. */
const CHARS_MAX = 2000;
/** A byte order mark is all that comes before the first time. */
const TIMESTAMP = /^\ufeff?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z ?/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is taken off here
const COLOUR = /\u001b\[[\d;]*m/g;

export interface LogLine {
  /** Without time and colours, as the step wrote it. */
  readonly text: string;
  /** The title of the innermost open group; null outside of groups. */
  readonly group: string | null;
  /** In the set-up of the job, which the runner writes itself: what comes later, any step may have written. */
  readonly isSetUp: boolean;
}

/** The lines of a job's log, as GitHub gives it for download. */
export function* logLines(log: string): Generator<LogLine> {
  let group: string | null = null;
  let isSetUp = true;
  let from = 0;
  while (from < log.length) {
    const found = log.indexOf("\n", from);
    const to = found === -1 ? log.length : found;
    const raw = log.slice(from, Math.min(to, from + CHARS_MAX));
    from = to + 1;
    const text = raw.replace(TIMESTAMP, "").replace(COLOUR, "").trimEnd();
    if (text.startsWith("##[group]")) {
      group = text.slice("##[group]".length);
      if (group.startsWith("Run ")) isSetUp = false;
    } else if (text === "##[endgroup]") {
      group = null;
      continue;
    }
    yield { text, group, isSetUp };
    if (text.startsWith("Complete job name: ")) isSetUp = false;
  }
}
