import type { AlertChannel } from "../../operations/alerts/alert-channel.ts";
import type { ChannelBench } from "./alert-channel.contract.ts";
import type { TransportOptions } from "./deliver-post.ts";
import { type ReceivedRequest, type ReceiverAnswer, startReceiver } from "./receiver.contract.ts";
import { allowedHosts, type WebAddress, webAddress } from "./web-address.ts";

/** No wait lasts; a request times out after 300 ms. */
export const transportFor = (signal: AbortSignal): TransportOptions => ({
  allowed: allowedHosts("127.0.0.1"),
  signal,
  userAgent: "oddrun/test",
  waits: {
    pause: () => {
      signal.throwIfAborted();
      return Promise.resolve();
    },
    elapsedMs: () => 0,
    requestTimeoutMs: 300,
  },
});

export function addressOf(text: string): WebAddress {
  const address = webAddress(text, allowedHosts("127.0.0.1"));
  if ("why" in address) throw new Error(address.why);
  return address;
}

const PATH = "/services/T000/B000/XXXXcanaryXXXX?sig=canary-signature";

/** A channel over the web with its receiver. `aliveIn` finds what comes alive in one message that was taken. */
export async function webBench(
  usual: Exclude<ReceiverAnswer, string>,
  channelAt: (address: WebAddress) => AlertChannel,
  {
    aliveIn,
    idOf,
    secrets = [],
  }: {
    readonly aliveIn: (body: string) => readonly string[];
    /** Where the receiver tells repeats: by what. */
    readonly idOf?: (request: ReceivedRequest) => string;
    readonly secrets?: readonly string[];
  },
): Promise<ChannelBench & { readonly requests: readonly ReceivedRequest[] }> {
  const receiver = await startReceiver(usual);
  const taken = (): readonly string[] => {
    const kept = receiver.requests.filter(({ status }) => status === usual.status);
    const copies = idOf === undefined ? kept : [...new Map(kept.map((request) => [idOf(request), request])).values()];
    return copies.map(({ body }) => body);
  };
  return {
    channel: channelAt(addressOf(`${receiver.origin}${PATH}`)),
    secrets: ["XXXXcanaryXXXX", "canary-signature", ...secrets],
    answerNext: (...answers) => receiver.answerNext(...answers),
    triedCount: () => receiver.requests.length,
    taken,
    alive: () => taken().flatMap(aliveIn),
    came: (count) => receiver.came(count),
    close: () => receiver.close(),
    requests: receiver.requests,
  };
}

/** Every string in a JSON value with the name it is under. */
export function stringsIn(value: unknown, name = ""): readonly (readonly [string, string])[] {
  if (typeof value === "string") return [[name, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => stringsIn(one, Array.isArray(value) ? name : key));
}
