import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CollectProgress } from "oddrun/internal/operations/collect/collect-runs";
import type { Session } from "../session.ts";
import { restoreState, type StateWriter, STORE_FILE } from "../state/keep-state.ts";

export type StateWord = "restored" | "new" | "none";

export interface BroughtState {
  readonly stateWord: StateWord;
  /** Whose entry of the cache it came from; null for none. */
  readonly writer: StateWriter | null;
}

/** Brings back what earlier runs learnt. What is already in the data folder, from an earlier step or a runner of one's own, stays. */
export async function bringState({ dataDir, state, commands }: Session): Promise<BroughtState> {
  if (existsSync(join(dataDir, STORE_FILE))) return { stateWord: "restored", writer: null };
  if (state === null) return { stateWord: "none", writer: null };
  const writer = await restoreState(state);
  commands.line(writer === null ? "no earlier state in the cache: history is collected" : "went on from the cache");
  return { stateWord: writer === null ? "new" : "restored", writer };
}

const TELL_EVERY_MS = 10_000;

/** A line of the log now and then. */
export function progressLines({ commands, world }: Session) {
  let toldAtMs = world.now();
  const tell = (line: string): void => {
    if (world.now() - toldAtMs < TELL_EVERY_MS) return;
    toldAtMs = world.now();
    commands.line(line);
  };
  return {
    line: tell,
    collected: ({ attemptCount, tasksLeft }: CollectProgress): void =>
      tell(`collected ${attemptCount} runs, ${tasksLeft} questions left`),
  };
}
