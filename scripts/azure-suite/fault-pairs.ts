import { badFailure, brokenNow, messagesOf, unfinished } from "./fault-checks.ts";
import type { Prepared } from "./fault-cells.ts";
import type { Scenario } from "./fault-scenarios.ts";
import type { Ended, Stage } from "./fault-stage.ts";

export interface PairOutcome {
  /** How far the first was when the second began, in requests. */
  readonly at: number;
  readonly exitCodes: readonly [first: number, second: number];
  readonly wrong: readonly string[];
}

/** Runs the command twice, by two jobs, the second from the first's request of number `at` on; then once more. */
export async function tryPair(
  stage: Stage,
  { scenario, world, figures }: Prepared,
  at: number,
  other: Scenario = scenario,
): Promise<PairOutcome> {
  const { standIn, run } = stage;
  world.putBack();
  const wrong = new Set<string>();
  const look = () => {
    for (const each of brokenNow(standIn.state, scenario.name === "deploy update")) wrong.add(each);
  };
  const args = scenario.args(stage);
  const otherArgs = other.args(stage);
  let seen = 0;
  let second: Promise<Ended> | null = null;
  const lift = standIn.plant({
    match: () => {
      look();
      if (seen++ >= at) second ??= run(otherArgs, "2");
      return false;
    },
    answer: "lost-before",
  });
  const first = await run(args, "1");
  const both = [first, await (second ?? run(otherArgs, "2"))] as const;
  for (const each of both) for (const bad of badFailure(each, standIn)) wrong.add(bad);
  look();
  // which of the two was first is not told by a busy endpoint: the one that gave way is repeated, and then all is there
  for (const each of [args, otherArgs]) {
    const { exitCode, err } = await run(each, "1");
    if (exitCode !== 0) wrong.add(`repeated it ended with ${exitCode}: ${messagesOf(err).join(" ")}`);
  }
  lift();
  look();
  for (const each of unfinished(standIn.state, other, figures)) wrong.add(`in the end: ${each}`);
  return { at, exitCodes: [both[0].exitCode, both[1].exitCode], wrong: [...wrong] };
}
