import { secretsIn } from "oddrun/internal/adapters/logging/redact";
import { Problem } from "oddrun/ports";
import { check, gate } from "./modes/check.ts";
import { report } from "./modes/report.ts";
import { watch } from "./modes/watch.ts";
import type { Mode } from "./mode.ts";
import { type WorkflowCommands, workflowCommands } from "./runner/commands.ts";
import { openSession, type Session } from "./session.ts";
import type { ActionWorld } from "./world.ts";

/** Runs the action once and answers the exit code: 0, or 1 with an error that says what is to be done. */
export async function runAction(world: ActionWorld): Promise<number> {
  const { env, write, signal } = world;
  const commands = workflowCommands(write, env["RUNNER_DEBUG"] === "1");
  for (const secret of secretsIn(env)) commands.mask(secret);
  try {
    const session = await openSession(world, commands);
    commands.line(
      `oddrun ${session.mode} of ${session.repository}, because of ${session.context.eventName || "a call"}`,
    );
    return await RUNS[session.mode](session);
  } catch (error) {
    return told(error, commands, signal);
  }
}

const RUNS: Readonly<Record<Mode, (session: Session) => Promise<number>>> = { watch, check, gate, report };

function told(error: unknown, commands: WorkflowCommands, signal: AbortSignal): number {
  if (signal.aborted && !(error instanceof Problem)) {
    commands.line("stopped: the job was cancelled");
    return 1;
  }
  const message = error instanceof Problem ? error.message : `This is a bug in Oddrun: ${String(error)}`;
  commands.annotate("error", message, { title: "Oddrun" });
  if (!(error instanceof Problem) && error instanceof Error) commands.debug(error.stack ?? "");
  return 1;
}
