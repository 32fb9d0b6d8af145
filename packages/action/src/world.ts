/** The world as the runner makes it; tests start the bundled file with a world of their own. */
export interface ActionWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes one finished line of the log, with its newline. */
  readonly write: (line: string) => void;
  readonly now: () => number;
  /** Aborted when the job is cancelled: the runner then leaves 7.5 seconds until it insists (actions/runner, ProcessInvoker). */
  readonly signal: AbortSignal;
}
