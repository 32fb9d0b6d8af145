import type { Call, Reply } from "./http.ts";

export interface FaultRequest {
  readonly step: string;
  readonly call: Call;
}

/**
 * Instead of the usual answer: an answer of one's own; a number: the service's own refusal with that status; or
 * "lost-before": the connection is cut before anything is done;
 * "lost-after": the work is done and the answer lost;
 * "hang": no answer ever, until the client gives up.
 */
export type PlantedAnswer = Reply | number | "lost-before" | "lost-after" | "hang";

export interface Plant {
  /** Requests of this step; every step when neither this nor `match` is given. */
  readonly step?: string | RegExp;
  readonly match?: (request: FaultRequest) => boolean;
  /** So many requests are hit (1). */
  readonly times?: number;
  /** So many fitting requests pass before the first is hit (0). */
  readonly skip?: number;
  readonly answer: PlantedAnswer;
}

export interface Faults {
  /** Answers how to take it away again. */
  plant(plant: Plant): () => void;
  next(request: FaultRequest): PlantedAnswer | null;
}

function fits({ step, match }: Plant, request: FaultRequest): boolean {
  if (typeof step === "string" && step !== request.step) return false;
  if (step instanceof RegExp && !step.test(request.step)) return false;
  return match?.(request) ?? true;
}

export function createFaults(): Faults {
  const planted: { readonly plant: Plant; skipLeft: number; timesLeft: number }[] = [];
  return {
    plant(plant) {
      const entry = { plant, skipLeft: plant.skip ?? 0, timesLeft: plant.times ?? 1 };
      planted.push(entry);
      return () => {
        entry.timesLeft = 0;
      };
    },
    next(request) {
      for (const entry of planted) {
        if (entry.timesLeft <= 0 || !fits(entry.plant, request)) continue;
        if (entry.skipLeft > 0) {
          entry.skipLeft -= 1;
          continue;
        }
        entry.timesLeft -= 1;
        return entry.plant.answer;
      }
      return null;
    },
  };
}
