/** Where output is not a terminal (CI logs), a line every few seconds is enough. */
const PLAIN_INTERVAL_MS = 5_000;
const TERMINAL_INTERVAL_MS = 80;

/** Shows one changing line of progress: redrawn in a terminal, now and then a line of its own elsewhere, none for quick work. */
export function progressWriter(
  world: { readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean } },
  now: () => number,
): {
  /** `isDue`: shown whenever it comes, as what tells of a long wait. */
  show(line: string, isDue?: boolean): void;
  /** Clears the line: before anything else is written, and at the end. */
  end(): void;
} {
  let shownAtMs = now();
  let isLineOpen = false;
  return {
    show(line, isDue = false) {
      const atMs = now();
      // asked first: looking at stderr opens it
      if (!isDue && atMs - shownAtMs < TERMINAL_INTERVAL_MS) return;
      const isTerminal = world.stderr.isTTY === true;
      if (!isDue && !isTerminal && atMs - shownAtMs < PLAIN_INTERVAL_MS) return;
      shownAtMs = atMs;
      world.stderr.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
      isLineOpen = isTerminal;
    },
    end() {
      if (isLineOpen) world.stderr.write("\r\u001b[K");
      isLineOpen = false;
    },
  };
}
