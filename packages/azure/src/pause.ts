import { setTimeout as sleep } from "node:timers/promises";
import type { AzureContext } from "oddrun/ports";

/** By what every wait is multiplied, from ODDRUN_WAIT_SCALE: 1 in earnest, from 0 to 1 in tests. */
export function waitScale({ env }: Pick<AzureContext, "env">): number {
  const text = env["ODDRUN_WAIT_SCALE"] ?? "";
  const scale = Number(text);
  return text.trim() !== "" && scale >= 0 && scale <= 1 ? scale : 1;
}

/** Waits so long, scaled. Every wait for Azure goes through here; a stop ends it with the signal's reason. */
export async function pause(context: Pick<AzureContext, "env" | "signal">, waitMs: number): Promise<void> {
  const signal = context.signal as AbortSignal;
  signal.throwIfAborted();
  const scaledMs = waitMs * waitScale(context);
  if (!(scaledMs > 0)) return;
  try {
    await sleep(scaledMs, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
