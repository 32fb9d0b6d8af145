import type { AlertChannel, AlertMessage } from "../../packages/oddrun/src/operations/ports.ts";

/**
 * The contracts and samples of the program's own tests. They belong to another TypeScript project, which a static import would draw into this
 * one: so they are loaded by their place, and what is used of them is declared here.
 */
const SRC = new URL("../../packages/oddrun/src/", import.meta.url);

/** How a receiver answers one request: with a status, by cutting the connection, or never. */
export type ReceiverAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | "cut"
  | "silent";

export interface ChannelBench {
  readonly channel: AlertChannel;
  readonly secrets: readonly string[];
  answerNext(...answers: readonly ReceiverAnswer[]): void;
  triedCount(): number;
  taken(): readonly string[];
  alive(): readonly string[];
  came(count: number): Promise<void>;
  close(): Promise<void>;
}

interface Contracts {
  readonly alertChannelContract: (contract: {
    readonly name: string;
    // the signal of that project's types
    readonly start: (signal: never) => Promise<ChannelBench>;
    readonly bytesMax: number;
  }) => void;
  readonly alive: (markdown: string, isOwnLink: (url: string) => boolean) => readonly string[];
  readonly everywhere: (name: string) => never;
  readonly sampleMessages: (names?: never) => Readonly<Record<AlertMessage["word"], AlertMessage>>;
  readonly hostileStrings: () => ReadonlyMap<string, string>;
}

async function load<Name extends keyof Contracts>(file: string, name: Name): Promise<Contracts[Name]> {
  return ((await import(new URL(file, SRC).href)) as Contracts)[name];
}

export const alertChannelContract = await load(
  "adapters/notifications/alert-channel.contract.ts",
  "alertChannelContract",
);
export const alive = await load("operations/text/living-markdown.contract.ts", "alive");
export const sampleMessages = await load("operations/alerts/alert-samples.contract.ts", "sampleMessages");
export const everywhere = await load("operations/alerts/alert-fixtures.contract.ts", "everywhere");
export const hostileStrings = await load("operations/text/hostile-strings.contract.ts", "hostileStrings");
