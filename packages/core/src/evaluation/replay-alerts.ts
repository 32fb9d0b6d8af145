import type { ChangeEvent } from "../change-points/index.ts";
import type { ReplayAlert } from "./replay-scoring.ts";

/** What a detector said of one series, as alerts: suspicions and withdrawals are none, growing ones add words to theirs. */
export function replayAlerts(
  events: readonly ChangeEvent[],
  { kindOf, placeOf }: { readonly kindOf: (event: ChangeEvent) => string; readonly placeOf: (runId: number) => number },
): readonly ReplayAlert[] {
  const alerts = new Map<number, { -readonly [Key in keyof ReplayAlert]: ReplayAlert[Key] }>();
  for (const event of events) {
    const atRun = placeOf(event.at.runId);
    const known = alerts.get(event.changeNumber);
    if (event.state === "told" && known === undefined) {
      const words = [{ atRun, score: event.score }];
      const onsetRun = placeOf(event.onset.runId);
      alerts.set(event.changeNumber, { kind: kindOf(event), onsetRun, words, recoveredAtRun: null });
    } else if (known === undefined) continue;
    else if (event.state === "recovered") known.recoveredAtRun ??= atRun;
    else if (event.state === "grown" && event.score > known.words.at(-1)!.score) {
      known.words = [...known.words, { atRun, score: event.score }];
    }
  }
  return [...alerts.values()];
}
