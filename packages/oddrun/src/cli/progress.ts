/** Where output is not a terminal (CI logs), a line every few seconds is enough. */
const PLAIN_INTERVAL_MS = 5_000;
const TERMINAL_INTERVAL_MS = 80;

/** Shows one changing line of progress: redrawn in a terminal, now and then a line of its own elsewhere. */
export function progressWriter(
  stream: NodeJS.WritableStream & { readonly isTTY?: boolean },
  now: () => number,
): { show(line: string): void; end(): void } {
  const isTerminal = stream.isTTY === true;
  // elsewhere quick work needs no progress at all
  let shownAtMs = isTerminal ? Number.NEGATIVE_INFINITY : now();
  let isLineOpen = false;
  return {
    show(line) {
      const atMs = now();
      if (atMs - shownAtMs < (isTerminal ? TERMINAL_INTERVAL_MS : PLAIN_INTERVAL_MS)) return;
      shownAtMs = atMs;
      stream.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`);
      isLineOpen = isTerminal;
    },
    end() {
      if (isLineOpen) stream.write("\r\u001b[K");
      isLineOpen = false;
    },
  };
}
