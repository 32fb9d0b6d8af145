import type { DeployerMark, EndpointPlatform, EndpointStatus } from "./endpoint-platform.ts";
import { problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

/** After so long whoever set a mark is taken for gone: no deployment takes an hour. */
const MARK_HOLDS_MS = 60 * 60_000;

/** Which run of this command is meant, and what it knows of others. */
export interface Deployer {
  readonly runId: string;
  readonly now: () => number;
  /** True when that run can no longer be at work, such as a process of this machine that has ended. */
  readonly isGone: (runId: string) => boolean;
  /** Go on although another run seems to be at work. */
  readonly takeOver: boolean;
}

/** The mark of another run that is still at work, else null. */
export function otherDeployer(endpoint: EndpointStatus | null, deployer: Deployer): DeployerMark | null {
  const mark = endpoint?.deployer ?? null;
  if (mark === null || mark.runId === deployer.runId || deployer.takeOver) return null;
  const isOld = deployer.now() - mark.sinceMs > MARK_HOLDS_MS;
  return isOld || deployer.isGone(mark.runId) ? null : mark;
}

/** Stops when another run is at work on the endpoint. */
export function checkNobodyElse(endpoint: EndpointStatus | null, deployer: Deployer): void {
  const other = otherDeployer(endpoint, deployer);
  if (endpoint !== null && other !== null) throw busy(endpoint.name, other, deployer.now());
}

/**
 * Reads the mark back: Azure keeps the last of two that were written at once, so that one of two runs finds the other's here.
 * @throws Problem "endpoint-busy" when it is not ours (any more).
 */
export async function checkStillOurs(
  platform: Pick<EndpointPlatform, "endpoint">,
  name: string,
  deployer: Deployer,
): Promise<EndpointStatus> {
  const endpoint = await platform.endpoint(name);
  const mark = endpoint?.deployer ?? null;
  if (endpoint !== null && mark?.runId === deployer.runId) return endpoint;
  if (mark !== null) throw busy(name, mark, deployer.now());
  throw problem(
    "endpoint-busy",
    name,
    endpoint === null ? "it was deleted meanwhile" : "another run took its mark away",
  );
}

function busy(name: string, { runId, sinceMs }: DeployerMark, nowMs: number) {
  const minutes = Math.max(0, Math.round((nowMs - sinceMs) / 60_000));
  return problem("endpoint-busy", name, `run ${printable(runId)} has been at it for ${minutes} min`);
}
