import { createServer, type IncomingMessage } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Repository } from "@oddrun/core";
import { type GithubReceiver, type IssueMoment, startGithub } from "./github-receiver.ts";

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
  /** Every message that arrived, as often as it did; of issues each that a reader sees. */
  readonly receipts: Receipt[];
  readonly github: GithubReceiver;
  /** Asked at each moment of a message, for who kills a sender at the worst one; true when it was killed. */
  isKilledAt: (when: IssueMoment, what: string) => boolean;
  hour: number;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** The stand-in for GitHub, and a Slack room and a webhook on another server; all they get is kept. */
export async function startReceivers(repositories: readonly Pick<Repository, "id" | "fullName">[]): Promise<Receivers> {
  const receipts: Receipt[] = [];
  const seen = new Set<string>();
  /** Slack gets only words: the sender's channel is asked which message is next. */
  let nextInRoom = "?";
  const take = (receiver: Receipt["receiver"], id: string, mayRepeat: boolean): void =>
    void receipts.push({ receiver, id, mayRepeat, hour: receivers.hour });
  const github = await startGithub({
    repositories,
    onSaid: (id) => take("issues", id, false),
    isKilledAt: (when, what) => receivers.isKilledAt(when, what),
  });
  const server = createServer((request, response) => {
    void answer(request).then(
      (isAnswered) => (isAnswered ? response.end("ok") : response.destroy()),
      () => response.writeHead(500).end(),
    );
  });

  /** False when whoever sent it was killed meanwhile. */
  async function answer(request: IncomingMessage): Promise<boolean> {
    const text = await bodyOf(request);
    const receiver = request.url === "/hook" ? "hook" : "room";
    if (request.url === "/next") {
      nextInRoom = text;
      return true;
    }
    if (receivers.isKilledAt("before", receiver)) return false;
    const id = receiver === "hook" ? (request.headers["webhook-id"] as string) : nextInRoom;
    const mayRepeat = text.includes("You may have this message already") || text.includes('"may_repeat":true');
    // a webhook names its message, and tells repeats by that
    if (receiver === "room" || !seen.has(id)) take(receiver, id, mayRepeat);
    if (receiver === "hook") seen.add(id);
    return !receivers.isKilledAt("after", receiver);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const receivers: Receivers = {
    url: `http://127.0.0.1:${port}`,
    receipts,
    github,
    isKilledAt: () => false,
    hour: 0,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
      await github.standIn.close();
    },
  };
  return receivers;
}
