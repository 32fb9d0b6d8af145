import assert from "node:assert/strict";
import { test } from "node:test";
import type { AlertChannel, Delivery } from "../../operations/alerts/alert-channel.ts";
import { everywhere } from "../../operations/alerts/alert-fixtures.contract.ts";
import type { AlertMessage } from "../../operations/alerts/alert-message.ts";
import { sampleMessages } from "../../operations/alerts/alert-samples.contract.ts";
import { hostileStrings } from "../../operations/text/hostile-strings.contract.ts";
import type { ReceiverAnswer } from "./receiver.contract.ts";

/** A channel with its receiver on the other side, made anew for each test. */
export interface ChannelBench {
  readonly channel: AlertChannel;
  /** Addresses, keys and tokens: none of them may show up in an answer. */
  readonly secrets: readonly string[];
  /** How the receiver answers the next requests that bring a message; all further ones as usual. */
  answerNext(...answers: readonly ReceiverAnswer[]): void;
  /** How often a message was brought, whatever it was answered. */
  triedCount(): number;
  /** Each copy of a message that the receiver took, as text: what was sent, or what is kept of it. Repeats that it tells are one. */
  taken(): readonly string[];
  /** What comes alive in what was taken, in the format of the receiver: mentions, links to elsewhere, images, markup. None, it is hoped. */
  alive(): readonly string[];
  /** Settles once so many tries have come. */
  came(count: number): Promise<void>;
  close(): Promise<void>;
}

export interface ChannelContract {
  readonly name: string;
  /** Waits are to be as good as none, and a request to time out within some hundred milliseconds. */
  readonly start: (signal: AbortSignal) => Promise<ChannelBench>;
  /** What one message may weigh at most at this receiver, in bytes of what `taken` gives. */
  readonly bytesMax: number;
}

const NOTHING = { earlier: [], mayRepeat: false } as const;
const CONTEXTS = ["new", "grown", "reminder", "recovered", "storm", "digest", "test"] as const;

/** What every channel promises. */
export function alertChannelContract({ name, start, bytesMax }: ChannelContract): void {
  const contract = (title: string, run: (bench: ChannelBench, stop: AbortController) => Promise<void>): void => {
    void test(`${name}: ${title}`, async () => {
      const stop = new AbortController();
      const bench = await start(stop.signal);
      try {
        await run(bench, stop);
      } finally {
        await bench.close();
      }
    });
  };
  const samples = sampleMessages();
  const deliver = async (
    bench: ChannelBench,
    message: AlertMessage = samples.new,
    mayRepeat = false,
  ): Promise<Delivery> => {
    const delivery = await bench.channel.deliver(message, { ...NOTHING, mayRepeat });
    for (const secret of bench.secrets) assert.ok(!JSON.stringify(delivery).includes(secret), "a secret shows");
    if (delivery.kind !== "delivered") assert.match(delivery.why, /\S/);
    return delivery;
  };

  contract("a message is delivered once, with its title", async (bench) => {
    assert.equal((await deliver(bench)).kind, "delivered");
    assert.equal(bench.taken().length, 1);
    assert.match(bench.taken()[0]!, /takes longer: 18 min, usually 12 min/);
  });

  contract("trouble of the receiver is tried again, at most three times, and then left for later", async (bench) => {
    bench.answerNext({ status: 500 }, { status: 503 });
    assert.equal((await deliver(bench)).kind, "delivered");
    assert.equal(bench.taken().length, 1);
    const before = bench.triedCount();
    bench.answerNext(...Array.from({ length: 9 }, () => ({ status: 502 })));
    assert.equal((await deliver(bench, samples.grown)).kind, "later");
    const tries = bench.triedCount() - before;
    assert.ok(tries >= 1 && tries <= 3, `${tries} tries`);
  });

  contract("a receiver that asks for patience gets it", async (bench) => {
    bench.answerNext({ status: 429, headers: { "retry-after": "7200" } });
    const delivery = await deliver(bench);
    assert.ok(delivery.kind === "later");
    assert.equal(delivery.retryAfterMs, 7_200_000);
    assert.equal(bench.triedCount(), 1);
  });

  contract("an address that is gone is told, with what to do", async (bench) => {
    for (const status of [404, 410]) {
      bench.answerNext(...Array.from({ length: 3 }, () => ({ status })));
      const delivery = await deliver(bench);
      assert.ok(delivery.kind === "refused", `${status}`);
      assert.ok(delivery.why.length > 20);
    }
    assert.equal(bench.taken().length, 0);
  });

  contract("a redirect is not followed, wherever it leads", async (bench) => {
    const location = "http://127.0.0.1:9/elsewhere";
    bench.answerNext(...[301, 302, 307, 308].map((status) => ({ status, headers: { location } })));
    const delivery = await deliver(bench);
    assert.notEqual(delivery.kind, "delivered");
    assert.equal(bench.taken().length, 0);
  });

  contract("an answer that is cut, never comes, or is a page, is no delivery", async (bench) => {
    bench.answerNext("cut", "cut", "cut");
    assert.equal((await deliver(bench)).kind, "later");
  });

  contract("a receiver that never answers is left for later", async (bench) => {
    bench.answerNext("silent", "silent", "silent");
    assert.equal((await deliver(bench)).kind, "later");
  });

  contract("a page instead of an answer is no delivery", async (bench) => {
    const page = {
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<!doctype html><title>Sign in</title>",
    };
    bench.answerNext(page, page, page);
    assert.notEqual((await deliver(bench)).kind, "delivered");
  });

  contract("a stop ends it at once, and is the one thing that is thrown", async (bench, stop) => {
    bench.answerNext("silent");
    const reason = new Error("stopped");
    const delivered = bench.channel.deliver(samples.new, NOTHING);
    await bench.came(1);
    stop.abort(reason);
    await assert.rejects(delivered, (error) => error === reason);
  });

  contract("delivered again, one message leaves one copy, or says that it may be a repeat", async (bench) => {
    await deliver(bench);
    await deliver(bench, samples.new, true);
    const taken = bench.taken();
    if (bench.channel.isIdempotent) assert.equal(taken.length, 1);
    else assert.match(taken.at(-1)!, /may have this message already/);
  });

  contract("every word there is, is delivered within the receiver's limits", async (bench) => {
    for (const word of CONTEXTS) assert.equal((await deliver(bench, samples[word])).kind, "delivered", word);
    assert.deepEqual(bench.alive(), []);
    for (const taken of bench.taken()) assert.ok(Buffer.byteLength(taken) <= bytesMax);
  });

  contract("whatever things are called, nothing of it comes alive, and it stays within the limits", async (bench) => {
    for (const [what, hostile] of hostileStrings()) {
      const messages = sampleMessages(everywhere(hostile));
      for (const word of ["new", "storm"] as const) {
        const message = { ...messages[word], id: `${what} ${word}` };
        assert.equal((await deliver(bench, message)).kind, "delivered", what);
      }
      assert.deepEqual(bench.alive(), [], what);
    }
    for (const taken of bench.taken()) assert.ok(Buffer.byteLength(taken) <= bytesMax);
  });

  contract("texts of 10 kB are cut with a mark, whoever made them", async (bench) => {
    const long = "@octocat <https://evil.example|bank> ".repeat(280);
    const message: AlertMessage = {
      ...samples.storm,
      title: long,
      howToMute: long,
      facts: samples.storm.facts.map(({ label }) => ({ label, text: long })),
      lines: Array.from({ length: 300 }, (_, at) => ({
        incidentNumber: at + 1,
        kind: "slower",
        text: long,
        link: null,
      })),
    };
    assert.equal((await deliver(bench, message)).kind, "delivered");
    assert.match(bench.taken()[0]!, /…/);
    assert.ok(Buffer.byteLength(bench.taken()[0]!) <= bytesMax);
    assert.deepEqual(bench.alive(), []);
  });
}
