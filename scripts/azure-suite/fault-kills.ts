import { startOddrun } from "../collect-suite/oddrun-process.ts";
import { brokenNow, messagesOf, unfinished } from "./fault-checks.ts";
import type { Prepared } from "./fault-cells.ts";
import type { Stage } from "./fault-stage.ts";

/** The program, a process of its own, is killed when its request of this number comes: before the work is done or after. */
export interface Kill {
  readonly at: number;
  readonly when: "before" | "after";
}

export interface KillOutcome extends Kill {
  readonly step: string;
  /** What is wrong; empty when all promises held. */
  readonly wrong: readonly string[];
}

/** Kills the command at a request, runs it again, and looks at everything that was promised. */
export async function tryKill(stage: Stage, prepared: Prepared, { at, when }: Kill): Promise<KillOutcome> {
  const { standIn } = stage;
  const { scenario, world, steps, figures } = prepared;
  world.putBack();
  const wasServing = scenario.name === "deploy update";
  const wrong = new Set<string>();
  const look = () => {
    for (const each of brokenNow(standIn.state, wasServing)) wrong.add(each);
  };
  const args = scenario.args(stage);
  const killed = startOddrun(args, standIn.env);
  let seen = 0;
  const lift = standIn.plant({
    match: () => {
      look();
      if (seen++ !== at) return false;
      killed.child.kill("SIGKILL");
      return true;
    },
    answer: when === "before" ? "lost-before" : "lost-after",
  });
  const { signal } = await killed.ended;
  lift();
  look();
  if (signal !== "SIGKILL") wrong.add("it ended before it was killed");
  const again = await startOddrun(args, standIn.env).ended;
  look();
  if (again.exitCode !== 0) wrong.add(`repeated it ended with ${again.exitCode}: ${messagesOf(again.err).join(" ")}`);
  for (const each of unfinished(standIn.state, scenario, figures)) wrong.add(`in the end: ${each}`);
  return { at, when, step: steps[at]!.step, wrong: [...wrong] };
}
