import { type AlertWord, identityOf, type Incident } from "@oddrun/core";
import type { AlertChannel, AlertMessage, AlertMirror, MirroredIncident, MirrorOrder, SaidAlert } from "oddrun/ports";

export interface Issue {
  readonly number: number;
  readonly repositoryId: number;
  state: MirroredIncident["state"];
  /** null when a person edited the marker away. */
  identity: MirroredIncident["identity"] | null;
  said: SaidAlert[];
  readonly comments: string[];
  orders: MirrorOrder[];
}

/** Issues as GitHub would keep them, with what people may do to them: what tests of alerts are held against. */
export function githubInMemory(repositoryIdOf: (fullName: string) => number) {
  const issues = new Map<number, Issue>();
  /** Every write that reached GitHub. */
  const writes: string[] = [];
  const answered = new Set<string>();
  let nextNumber = 1;

  const issueOf = (message: AlertMessage, receipt: string | null): Issue | undefined => {
    const byId = [...issues.values()].find(({ said }) => said.some(({ messageId }) => messageId === message.id));
    return byId ?? issues.get(Number(receipt ?? 0));
  };

  const channel: AlertChannel = {
    name: "issues",
    kind: "github-issue",
    isIdempotent: true,
    deliver(message, { earlier }) {
      const receipt = earlier.findLast((one) => one.receipt !== null)?.receipt ?? null;
      let issue = issueOf(message, receipt);
      if (issue?.said.some(({ messageId }) => messageId === message.id) === true)
        return Promise.resolve({ kind: "delivered", receipt: String(issue.number) });
      if (issue === undefined && receipt !== null)
        return Promise.resolve({ kind: "refused", why: `issue ${receipt} is gone` });
      if (issue === undefined) {
        const number = nextNumber++;
        const identity = message.incident?.identity ?? null;
        const repositoryId = message.repository?.id ?? 0;
        issue = { number, repositoryId, identity, state: "open", said: [], comments: [], orders: [] };
        issues.set(number, issue);
      }
      const { id: messageId, word, atMs } = message;
      issue.said.push({ messageId, word, atMs, channels: ["issues"] });
      issue.comments.push(message.title);
      issue.state = word === "recovered" ? "closed-by-oddrun" : "open";
      writes.push(`${word} #${issue.number} ${messageId}`);
      return Promise.resolve({ kind: "delivered", receipt: String(issue.number) });
    },
  };

  const mirror: AlertMirror = {
    read(repository) {
      const id = repositoryIdOf(repository);
      const own = [...issues.values()].filter(({ repositoryId }) => repositoryId === id);
      return Promise.resolve(
        own.flatMap(({ number, identity, said, state, orders }) =>
          identity === null
            ? []
            : [
                {
                  receipt: String(number),
                  identity,
                  url: `https://github.com/${repository}/issues/${number}`,
                  said: [...said],
                  state,
                  orders: [...orders],
                },
              ],
        ),
      );
    },
    note(_repository, receipt, said) {
      const issue = issues.get(Number(receipt));
      for (const one of said) {
        const known = issue?.said.find(({ messageId }) => messageId === one.messageId);
        const channels = [...new Set([...(known?.channels ?? []), ...one.channels])];
        if (issue !== undefined) issue.said = [...issue.said.filter((each) => each !== known), { ...one, channels }];
      }
      return Promise.resolve();
    },
    answer(_repository, receipt, order, outcome) {
      if (!answered.has(order.id))
        issues.get(Number(receipt))?.comments.push(`@${order.who} ${order.decision}: ${outcome.text}`);
      answered.add(order.id);
      return Promise.resolve();
    },
  };
  return { issues, writes, channel, mirror };
}

export interface Received {
  readonly id: string;
  readonly word: AlertWord;
  readonly atMs: number;
  readonly mayRepeat: boolean;
}

/** A room that takes what it is sent, as often as it is sent. */
export function roomInMemory(name: string) {
  const received: Received[] = [];
  /** What the next deliveries end with; delivered when there is nothing. */
  const faults: ("later" | "refused")[] = [];
  const channel: AlertChannel = {
    name,
    kind: "slack",
    isIdempotent: false,
    deliver({ id, word, atMs }, { mayRepeat }) {
      const fault = faults.shift();
      if (fault === "later") return Promise.resolve({ kind: "later", why: "busy", retryAfterMs: null });
      if (fault === "refused") return Promise.resolve({ kind: "refused", why: "no such hook" });
      received.push({ id, word, atMs, mayRepeat });
      return Promise.resolve({ kind: "delivered", receipt: null });
    },
  };
  return { channel, received, faults };
}

/** A message with as little as a message may have. */
export function plainMessage(
  due: { readonly id: string; readonly word: AlertWord; readonly atMs: number; readonly repositoryId: number },
  incident: Incident | undefined,
): AlertMessage {
  return {
    id: due.id,
    word: due.word,
    atMs: due.atMs,
    incident:
      incident === undefined ? null : { number: incident.number, kind: incident.kind, identity: identityOf(incident) },
    repository: { id: due.repositoryId, fullName: "acme/shop", webUrl: "https://github.com" },
    workflow: null,
    title: `${due.word} ${due.id}`,
    facts: [],
    lines: [],
    links: [],
    howToMute: "",
  };
}
