import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { sampleMessages } from "../../operations/alerts/alert-samples.contract.ts";
import { alertChannelContract } from "./alert-channel.contract.ts";
import { aliveInEvent } from "./alive-text.contract.ts";
import { transportFor, webBench } from "./bench.contract.ts";
import { CLOUD_EVENT_TYPES } from "./cloud-event.ts";
import type { ReceivedRequest } from "./receiver.contract.ts";
import { webhookChannel } from "./webhook-channel.ts";
import { webhookSecrets } from "./webhook-secret.ts";

const KEYS = [Buffer.alloc(32, 1), Buffer.alloc(24, 2)];
const SECRET = `whsec_${KEYS[0]!.toString("base64")} ${KEYS[1]!.toString("base64")}`;
const NOW_MS = Date.UTC(2026, 10, 6, 10, 12, 0, 999);

const start = (signal: AbortSignal) =>
  webBench(
    { status: 204 },
    (address) =>
      webhookChannel("hook", address, {
        ...transportFor(signal),
        secrets: webhookSecrets(SECRET)!,
        typePrefix: CLOUD_EVENT_TYPES,
        now: () => NOW_MS,
      }),
    { aliveIn: aliveInEvent, idOf: ({ headers }) => headers["webhook-id"]!, secrets: SECRET.split(" ") },
  );

alertChannelContract({ name: "webhook", bytesMax: 256_000, start });

test("a receiver can check the signature of either key over id, time and body, and the id is the event's", async () => {
  const bench = await start(new AbortController().signal);
  try {
    await bench.channel.deliver(sampleMessages().new, { earlier: [], mayRepeat: false });
    const [{ headers, body } = assert.fail()] = bench.requests;
    const [id, seconds] = [headers["webhook-id"]!, headers["webhook-timestamp"]!];
    assert.equal(seconds, String(Math.floor(NOW_MS / 1000)));
    assert.equal((JSON.parse(body) as { id: string }).id, id);
    const expected = KEYS.map(
      (key) => `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`,
    );
    assert.equal(headers["webhook-signature"], expected.join(" "));
    assert.match(headers["content-type"]!, /^application\/cloudevents\+json/);
  } finally {
    await bench.close();
  }
});

test("the signature is the one that the specification of Standard Webhooks gives as its example", () => {
  // libraries/javascript/src/index.test.ts of standard-webhooks: "sign function works"
  const key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  const id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
  const [first] = webhookSecrets(key)!.keys;
  const signed = createHmac("sha256", first!).update(`${id}.1614265330.{"test": 2432232314}`).digest("base64");
  assert.equal(signed, "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("a secret is 24 to 64 bytes in base64, one or two of them", () => {
  const base64 = (bytes: number): string => Buffer.alloc(bytes, 7).toString("base64");
  for (const good of [base64(24), `whsec_${base64(64)}`, `${base64(24)} ${base64(32)}`, ` ${base64(32)}\n`]) {
    assert.ok(webhookSecrets(good) !== null, good);
  }
  const bad = [
    "",
    "password",
    base64(23),
    base64(65),
    `${base64(24)} x`,
    `${base64(24)} ${base64(24)} ${base64(24)}`,
    "whsec_",
  ];
  for (const text of bad) assert.equal(webhookSecrets(text), null, text);
});

type IsGenuine = (headers: ReceivedRequest["headers"], body: string, secret: string, nowMs: number) => boolean;

test("the receiver in docs/examples takes what was signed by either key, and nothing else", async () => {
  const example = new URL("../../../../../docs/examples/verify-webhook.mjs", import.meta.url).href;
  const { isGenuine } = (await import(example)) as { readonly isGenuine: IsGenuine };
  const bench = await start(new AbortController().signal);
  try {
    await bench.channel.deliver(sampleMessages().storm, { earlier: [], mayRepeat: false });
    const [{ headers, body } = assert.fail()] = bench.requests;
    for (const secret of SECRET.split(" ")) assert.ok(isGenuine(headers, body, secret, NOW_MS));
    assert.ok(!isGenuine(headers, `${body} `, SECRET.split(" ")[0]!, NOW_MS));
    assert.ok(!isGenuine(headers, body, Buffer.alloc(32, 9).toString("base64"), NOW_MS));
    assert.ok(!isGenuine(headers, body, SECRET.split(" ")[0]!, NOW_MS + 301_000));
    assert.ok(!isGenuine({ ...headers, "webhook-id": "other" }, body, SECRET.split(" ")[0]!, NOW_MS));
  } finally {
    await bench.close();
  }
});
