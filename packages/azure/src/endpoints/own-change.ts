import { type AzureContext, Problem, problem, type ResourceState } from "oddrun/ports";
import { pause } from "../pause.ts";

/** As long as a deployment may take. */
const LOOKS_MAX = 240;
const LOOK_WAIT_MS = 15_000;

export interface OwnChange<T> {
  readonly endpoint: string;
  readonly change: () => Promise<unknown>;
  /** What is there now; null for nothing. */
  readonly look: () => Promise<{ readonly state: ResourceState; readonly resource: T } | null>;
  /** Whether that is what the change was to make. */
  readonly isDone: (there: { readonly state: ResourceState; readonly resource: T } | null) => boolean;
}

/**
 * Azure's 409 says that a change of the endpoint is under way. That may be our own: its answer was lost, and it was sent again. So what
 * comes of it is waited for, and only when it is not what was wanted somebody else is at work.
 * @throws Problem "endpoint-busy"
 */
export async function ownChange<T>(
  { endpoint, change, look, isDone }: OwnChange<T>,
  context: Pick<AzureContext, "env" | "signal">,
): Promise<void> {
  try {
    await change();
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== "azure-conflict") throw error;
    let there = await look();
    for (let looks = 1; looks < LOOKS_MAX && isOnItsWay(there?.state); looks += 1) {
      await pause(context, LOOK_WAIT_MS);
      there = await look();
    }
    if (!isDone(there)) throw problem("endpoint-busy", endpoint, error.message.replace(/\.$/, ""));
  }
}

function isOnItsWay(state: ResourceState | undefined): boolean {
  return state === "changing" || state === "deleting";
}
