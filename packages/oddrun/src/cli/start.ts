import { type Commands, runCommandLine } from "./run-command-line.ts";

/** Runs this process's command line to its end, and sets the exit code. */
export async function start(commands: Commands): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      // the first asks to stop in good order, the second means now
      if (stop.signal.aborted) process.exit(130);
      stop.abort(signal);
    });
  }
  // `oddrun report | head` closes the pipe early: that is no error
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });

  process.exitCode = await runCommandLine(commands, {
    argv: process.argv.slice(2),
    env: process.env,
    // the first look at one of these sets a stream up, and most commands need one of them
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      return process.stderr;
    },
    now: Date.now,
    signal: stop.signal,
  });
}
