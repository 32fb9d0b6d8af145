import { runAction } from "./run-action.ts";

const cancelled = new AbortController();
// a cancelled job gets SIGINT, after 7.5 seconds SIGTERM, and soon after it is killed
for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => cancelled.abort(new Error(`the job was cancelled (${name})`)));
}

process.exitCode = await runAction({
  env: process.env,
  write: (line) => void process.stdout.write(line),
  now: Date.now,
  signal: cancelled.signal,
});
