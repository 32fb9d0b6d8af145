import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { AlertChannel, AlertMirror } from "oddrun/ports";
import { githubInMemory } from "./github-in-memory.ts";

/** What reached a receiver. */
export interface Receipt {
  readonly receiver: "issues" | "room" | "hook";
  readonly id: string;
  /** It came as one that may have come before. */
  readonly mayRepeat: boolean;
  readonly hour: number;
}

export interface Receivers {
  readonly url: string;
  /** Every message that arrived, as often as it did; of issues each that was written. */
  readonly receipts: Receipt[];
  readonly github: ReturnType<typeof githubInMemory>;
  /** Told of each message, before it counts as received and after: what kills a sender at the worst moment. */
  onMessage: (when: "before" | "after") => void;
  hour: number;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** GitHub's issues, a Slack room and a webhook on one server; all they get is kept. */
export async function startReceivers(repositoryIdOf: (name: string) => number): Promise<Receivers> {
  const github = githubInMemory(repositoryIdOf);
  const receipts: Receipt[] = [];
  const seen = new Set<string>();
  const server = createServer((request, response) => {
    void answer(request).then(
      (body) => response.end(body),
      () => response.writeHead(500).end(),
    );
  });
  const take = (receiver: Receipt["receiver"], id: string, mayRepeat: boolean): void =>
    void receipts.push({ receiver, id, mayRepeat, hour: receivers.hour });

  async function answer(request: IncomingMessage): Promise<string> {
    const text = await bodyOf(request);
    const path = request.url ?? "";
    if (path === "/room" || path === "/hook") {
      receivers.onMessage("before");
      // a webhook names its message in a header; Slack has only the words
      const id = path === "/hook" ? (request.headers["webhook-id"] as string) : idIn(text);
      const isKnown = path === "/hook" && seen.has(id);
      const mayRepeat = text.includes("You may have this message already") || text.includes('"may_repeat":true');
      if (!isKnown) take(path === "/hook" ? "hook" : "room", idIn(text), mayRepeat);
      if (path === "/hook") seen.add(id);
      receivers.onMessage("after");
      return "ok";
    }
    const { what, args } = JSON.parse(text) as { readonly what: string; readonly args: never[] };
    if (what === "deliver") {
      receivers.onMessage("before");
      const before = github.writes.length;
      const delivery = await github.channel.deliver(args[0]!, args[1]!);
      if (github.writes.length > before) take("issues", (args[0]! as { readonly id: string }).id, false);
      receivers.onMessage("after");
      return JSON.stringify(delivery);
    }
    const { mirror } = github;
    if (what === "read") return JSON.stringify(await mirror.read(args[0]!, args[1]!));
    if (what === "note") await mirror.note(args[0]!, args[1]!, args[2]!);
    if (what === "answer") await mirror.answer(args[0]!, args[1]!, args[2]!, args[3]!);
    return "null";
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const receivers: Receivers = {
    url: `http://127.0.0.1:${port}`,
    receipts,
    github,
    onMessage() {},
    hour: 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return receivers;
}

const idIn = (text: string): string => /[0-9a-f]{16}\.[a-z]+\.\d+\.[a-z]+/.exec(text)?.[0] ?? "?";

/** The channel and the mirror of such a GitHub, from another process. */
export function issuesOverHttp(url: string): { readonly channel: AlertChannel; readonly mirror: AlertMirror } {
  const ask = async (what: string, ...args: readonly unknown[]) => {
    const response = await fetch(`${url}/github`, { method: "POST", body: JSON.stringify({ what, args }) });
    return response.json();
  };
  return {
    channel: {
      name: "issues",
      kind: "github-issue",
      isIdempotent: true,
      deliver: (message, context) => ask("deliver", message, context) as ReturnType<AlertChannel["deliver"]>,
    },
    mirror: {
      read: (repository, options) => ask("read", repository, options) as ReturnType<AlertMirror["read"]>,
      async note(...args) {
        await ask("note", ...args);
      },
      async answer(...args) {
        await ask("answer", ...args);
      },
    },
  };
}
