import { randomUUID } from "node:crypto";
import { ML_ACTIONS, mlError } from "./arm.ts";
import type { Operation } from "./endpoint-state.ts";
import type { Call, Reply, Route } from "./http.ts";

/** A poll waits this long for work that is under way, so that a client without pauses does not spin. */
const HELD_MS = 100;

const LOCATION_PATH = "/subscriptions/{subscription}/providers/Microsoft.MachineLearningServices/locations/{location}";

export interface Begun {
  readonly kind: "oe" | "od";
  readonly work: Promise<string | null>;
  readonly settle: (message: string | null) => void;
}

/** Starts a long operation on the resource of `call`; answers the headers that tell of it. */
export function begin(
  call: Call,
  { kind, work, settle }: Begun,
): { operation: Operation; headers: Record<string, string> } {
  const { names, operationPolls, operations } = call.world;
  const id = `${kind}:${names.workspaceId}:${randomUUID()}`;
  const operation: Operation = {
    id,
    target: call.path.toLowerCase(),
    status: "InProgress",
    error: null,
    pollsLeft: operationPolls,
    work,
    found: undefined,
    settle,
  };
  work.then(
    (found) => (operation.found = found),
    (error: unknown) => (operation.found = `InternalServerError: ${String(error)}`),
  );
  operations.set(id, operation);
  const base = `https://management.azure.com${LOCATION_PATH.replace("{subscription}", names.subscriptionId).replace("{location}", names.location)}`;
  return {
    operation,
    headers: {
      "azure-asyncoperation": `${base}/mfeOperationsStatus/${id}?api-version=2022-02-01-preview`,
      location: `${base}/mfeOperationResults/${id}?api-version=2022-02-01-preview`,
      "retry-after": "10",
      "x-ms-async-operation-timeout": "PT1H",
    },
  };
}

/** One look at an operation: counts, waits a moment for work that is under way, and ends it when it is time. */
export async function look(operation: Operation): Promise<void> {
  if (operation.status !== "InProgress") return;
  if (operation.pollsLeft > 0) {
    operation.pollsLeft -= 1;
    return;
  }
  if (operation.found === undefined) {
    let timer: NodeJS.Timeout | undefined;
    const held = new Promise((resolve) => {
      timer = setTimeout(resolve, HELD_MS);
    });
    await Promise.race([operation.work, held]);
    clearTimeout(timer);
  }
  if (operation.found === undefined) return;
  operation.status = operation.found === null ? "Succeeded" : "Failed";
  // Azure ML tells failures of the work without a code of their own.
  operation.error = operation.found === null ? null : { code: null, message: operation.found };
  operation.settle(operation.found);
}

export const underWay = (call: Call, target: string): Operation | undefined =>
  [...call.world.operations.values()].find(
    (operation) => operation.status === "InProgress" && operation.target === target.toLowerCase(),
  );

/** Clients may also look at the resource itself: that is a poll too. */
export async function lookAt(call: Call, target = call.path): Promise<void> {
  const operation = underWay(call, target);
  if (operation !== undefined) await look(operation);
}

/** The refusal while another operation works on one of these, or null. */
export function refusedWhileBusy(call: Call, ...targets: readonly string[]): Reply | null {
  return targets.some((target) => underWay(call, target) !== undefined)
    ? mlError(call, 409, "Another operation on the same online endpoint is in progress. Try again when it has ended.", {
        code: "Conflict",
      })
    : null;
}

async function status(call: Call): Promise<Reply> {
  const operation = call.world.operations.get(call.params["id"]!);
  if (operation === undefined) return mlError(call, 404, "The operation was not found.", { inner: "NotFound" });
  await look(operation);
  const { error } = operation;
  const running: Record<string, string> = operation.status === "InProgress" ? { "retry-after": "10" } : {};
  return { status: 200, headers: running, body: { status: operation.status, ...(error === null ? {} : { error }) } };
}

async function result(call: Call): Promise<Reply> {
  const operation = call.world.operations.get(call.params["id"]!);
  if (operation === undefined) return mlError(call, 404, "The operation was not found.", { inner: "NotFound" });
  await look(operation);
  if (operation.status === "InProgress")
    return {
      status: 202,
      headers: { "retry-after": "10", location: `https://${call.host}${call.path}?${call.query.toString()}` },
    };
  return operation.error === null ? { status: 204 } : mlError(call, 400, operation.error.message);
}

export const OPERATION_ROUTES: readonly Route[] = [
  {
    method: "GET",
    path: `${LOCATION_PATH}/mfeOperationsStatus/{id}`,
    step: "operation get",
    apiVersions: ["2022-02-01-preview"],
    permission: `${ML_ACTIONS}/onlineEndpoints/read`,
    handle: status,
  },
  {
    method: "GET",
    path: `${LOCATION_PATH}/mfeOperationResults/{id}`,
    step: "operation result",
    apiVersions: ["2022-02-01-preview"],
    permission: `${ML_ACTIONS}/onlineEndpoints/read`,
    handle: result,
  },
];
