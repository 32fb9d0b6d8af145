import { type AzureContext, printable, problem } from "oddrun/ports";
import { z } from "zod";
import { addressOf, checked, expectOk, ownAddress } from "./arm-address.ts";
import { armError, errorText } from "./arm-problems.ts";
import type { AzureAnswer, AzureRequest, SendRequest } from "./requests.ts";
import { pause } from "./pause.ts";
import { askedWaitMs } from "./waits.ts";

/** What a write began. */
export interface BegunOperation {
  readonly method: AzureRequest["method"];
  readonly path: string;
  /** The answer to the write itself. */
  readonly answer: AzureAnswer;
  /** In words: "Creating endpoint ep-1". */
  readonly doing: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly waitMaxMs?: number;
}

const WAIT_MAX_MS = 3_600_000;
const POLL_MS = 5_000;
/** Even when Azure says 0, so that a wait that never ends is noticed. */
const POLL_COUNTED_MIN_MS = 1_000;

const statusShape = z.object({ status: z.string() });
const stateShape = z.object({ properties: z.object({ provisioningState: z.string() }) });

/**
 * Waits until what a write began has ended: by the address of Azure-AsyncOperation, else that of Location, else by the resource's own
 * provisioningState. Answers with the resource as it then is (PUT, PATCH), or with the action's result (POST).
 */
export async function awaitOperation(
  begun: BegunOperation,
  { send, context }: { readonly send: SendRequest; readonly context: AzureContext },
): Promise<AzureAnswer> {
  const { method, path, answer, doing } = begun;
  const pace = pacer(begun, context);
  const ask = async (url: string) => expectOk({ method: "GET" }, path, await send({ method: "GET", url }));
  const isResource = method === "PUT" || method === "PATCH";
  const resource = () => ask(addressOf(path, begun.query === undefined ? {} : { query: begun.query }));

  const operationUrl = answer.header("azure-asyncoperation");
  const location = answer.header("location");
  if (operationUrl !== undefined) {
    const url = ownAddress(operationUrl, path);
    for (let last = answer; ; ) {
      await pace(last, last === answer ? "accepted" : checked(path, statusShape, last.body).status);
      last = await ask(url);
      if (hasEnded(checked(path, statusShape, last.body).status, last.body, doing)) break;
    }
    if (isResource) return settled(await resource(), doing);
    // a POST leaves its result at Location
    return method === "POST" && location !== undefined ? await ask(ownAddress(location, path)) : answer;
  }
  if (answer.status === 202 && location !== undefined) {
    const url = ownAddress(location, path);
    let last = answer;
    do {
      await pace(last, "accepted");
      last = await ask(url);
    } while (last.status === 202);
    if (isResource) return settled(await resource(), doing);
    return method === "POST" ? last : answer;
  }
  if (!isResource) return answer;
  let last = answer.status === 202 ? await resource() : answer;
  for (;;) {
    const state = stateShape.safeParse(last.body).data?.properties.provisioningState;
    if (state === undefined || hasEnded(state, last.body, doing)) return last;
    await pace(last, state);
    last = await resource();
  }
}

/** The final answer, if the resource says that it came to something. */
function settled(answer: AzureAnswer, doing: string): AzureAnswer {
  const state = stateShape.safeParse(answer.body).data?.properties.provisioningState;
  if (state !== undefined) hasEnded(state, answer.body, doing);
  return answer;
}

function hasEnded(state: string, body: unknown, doing: string): boolean {
  const word = state.toLowerCase();
  if (word === "succeeded") return true;
  if (word !== "failed" && word !== "canceled" && word !== "cancelled") return false;
  throw problem("azure-operation-failed", doing, printable(state, 40), errorText(armError(body)));
}

/** Pauses between two looks as Azure asks, says how it goes, and gives up when it took too long. */
function pacer(
  { doing, waitMaxMs = WAIT_MAX_MS }: BegunOperation,
  context: AzureContext,
): (last: AzureAnswer, state: string) => Promise<void> {
  let waitedMs = 0;
  return async (last, state) => {
    if (waitedMs >= waitMaxMs) throw problem("azure-operation-slow", doing, Math.round(waitedMs / 60_000));
    const ms = Math.min(askedWaitMs(last.header, context.now()) ?? POLL_MS, waitMaxMs);
    context.progress(`${doing}: ${printable(state, 40)}, ${Math.round(waitedMs / 1000)} s`);
    await pause(context, ms);
    waitedMs += Math.max(ms, POLL_COUNTED_MIN_MS);
  };
}
