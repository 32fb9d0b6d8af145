import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcp } from "node:net";
import { test } from "node:test";
import { generate } from "selfsigned";
import { transportFor } from "./bench.contract.ts";
import { deliverPost } from "./deliver-post.ts";
import { type PostOptions, postOnce } from "./post-once.ts";
import { isMetadataAddress, isPrivateAddress } from "./private-address.ts";
import { startReceiver } from "./receiver.contract.ts";
import { allowedHosts, type WebAddress, webAddress } from "./web-address.ts";

const NEVER = new AbortController().signal;
const NONE = allowedHosts(undefined);

function address(text: string, allowed = NONE): WebAddress {
  const found = webAddress(text, allowed);
  return "why" in found ? assert.fail(found.why) : found;
}
const options = (more: Partial<PostOptions> = {}): PostOptions => ({
  allowed: NONE,
  timeoutMs: 2000,
  signal: NEVER,
  ...more,
});
const leadsTo =
  (...addresses: readonly string[]): NonNullable<PostOptions["resolveHost"]> =>
  () =>
    Promise.resolve(addresses.map((one) => ({ address: one, family: one.includes(":") ? 6 : 4 })));

const REFUSED_AT_SIGHT: readonly string[] = [
  "https://169.254.169.254/latest/meta-data/",
  "https://[::1]/",
  "https://[::]/",
  "https://127.0.0.1/",
  "https://127.1/",
  "https://0/",
  "https://0.0.0.0/",
  "https://2130706433/",
  "https://0x7f000001/",
  "https://0x7f.0.0.1/",
  "https://0177.0.0.1/",
  "https://017700000001/",
  "https://127.0.0.1./",
  "https://①②⑦.⓪.⓪.①/",
  "https://2852039166/",
  "https://0xA9FEA9FE/",
  "https://10.0.0.1/",
  "https://172.16.0.1/",
  "https://172.31.255.255/",
  "https://192.168.1.1/",
  "https://100.64.0.1/",
  "https://100.100.100.200/",
  "https://168.63.129.16/",
  "https://198.18.0.1/",
  "https://224.0.0.1/",
  "https://255.255.255.255/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:a9fe:a9fe]/",
  "https://[::127.0.0.1]/",
  "https://[64:ff9b::a9fe:a9fe]/",
  "https://[2002:7f00:1::]/",
  "https://[2001:0:7f00:1::]/",
  "https://[fe80::1]/",
  "https://[fc00::1]/",
  "https://[fd00:ec2::254]/",
  "https://[ff02::1]/",
  "https://[2001:db8::1]/",
  "http://hooks.example.com/",
  "http://127.0.0.1/",
  "ftp://hooks.example.com/",
  "file:///etc/passwd",
  "gopher://127.0.0.1:25/_x",
  "data:text/plain,x",
  "javascript:alert(1)",
  "ws://hooks.example.com/",
  "https://user:password@hooks.example.com/",
  "https://token@hooks.example.com/",
  "//hooks.example.com/",
  "hooks.example.com/x",
  "https://",
  "https://[::1/",
  " ",
];

test("addresses that lead inside, or are not encrypted, are refused in each of their spellings, without being shown", async () => {
  assert.ok(REFUSED_AT_SIGHT.length >= 50);
  for (const text of REFUSED_AT_SIGHT) {
    const found = webAddress(text, NONE);
    assert.ok("why" in found, text);
    assert.ok(
      !found.why.includes("password") || !text.includes(":password@") || !found.why.includes("user:password"),
      text,
    );
  }
  const secret = webAddress("http://hooks.example.com/services/CANARY?sig=CANARY", NONE);
  assert.ok("why" in secret && !secret.why.includes("CANARY"));
});

test("a name that leads inside is refused, whichever of its addresses does", async () => {
  const inside = [
    "127.0.0.1",
    "169.254.169.254",
    "10.1.2.3",
    "::1",
    "fd00:ec2::254",
    "fe80::1%eth0",
    "::ffff:10.0.0.1",
    "not an address",
  ];
  for (const one of inside) {
    for (const resolveHost of [leadsTo(one), leadsTo("93.184.216.34", one)]) {
      const posted = await postOnce(address("https://hooks.example.com/CANARY"), {}, "x", options({ resolveHost }));
      assert.equal(posted.kind, "forbidden", one);
      assert.ok(posted.kind === "forbidden" && !posted.why.includes("CANARY"));
    }
    assert.ok(isPrivateAddress(one));
  }
  for (const outside of ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "2a00:1450::1"])
    assert.ok(!isPrivateAddress(outside), outside);
});

test("a host that a setting allows may lie inside, but not where a cloud keeps its credentials", async () => {
  const receiver = await startReceiver({ status: 200, body: "ok" });
  const { port } = new URL(receiver.origin);
  const allowed = allowedHosts(`http://hooks.internal:${port}, other.example`);
  const target = address(`http://hooks.internal:${port}/x`, allowed);
  const posted = await postOnce(target, {}, "hello", options({ allowed, resolveHost: leadsTo("127.0.0.1") }));
  assert.ok(posted.kind === "answer" && posted.status === 200);
  assert.equal(receiver.requests[0]?.body, "hello");
  const metadata = await postOnce(target, {}, "x", options({ allowed, resolveHost: leadsTo("169.254.169.254") }));
  assert.equal(metadata.kind, "forbidden");
  assert.ok(isMetadataAddress("169.254.169.254"));
  assert.ok("why" in webAddress("http://other.example/", allowed), "without encryption only where that is said");
  await receiver.close();
});

test("the connection goes to the address that was judged: a name that is answered anew meanwhile gains nothing", async () => {
  const receiver = await startReceiver({ status: 200, body: "ok" });
  const { port } = new URL(receiver.origin);
  const allowed = allowedHosts(`http://rebound.example:${port}`);
  let asked = 0;
  const resolveHost: PostOptions["resolveHost"] = () => {
    asked += 1;
    return leadsTo(asked === 1 ? "127.0.0.1" : "169.254.169.254")("");
  };
  const target = address(`http://rebound.example:${port}/`, allowed);
  const posted = await postOnce(target, {}, "x", options({ allowed, resolveHost }));
  assert.deepEqual(
    [posted.kind, asked, receiver.requests[0]?.headers["host"]],
    ["answer", 1, `rebound.example:${port}`],
  );
  await receiver.close();
});

test("the certificate must be the host's", async () => {
  const pems = await generate([{ name: "commonName", value: "hooks.internal" }], {
    keySize: 2048,
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: "hooks.internal" }] }],
  });
  const server = createServer({ key: pems.private, cert: pems.cert }, (request, response) => {
    request.resume();
    request.on("end", () => response.end("ok"));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const allowed = allowedHosts("hooks.internal other.internal");
  const post = (host: string, ca?: string) =>
    postOnce(
      address(`https://${host}:${port}/`, allowed),
      {},
      "x",
      options({ allowed, resolveHost: leadsTo("127.0.0.1"), ...(ca === undefined ? {} : { ca }) }),
    );
  const answered = await post("hooks.internal", pems.cert);
  assert.ok(answered.kind === "answer" && answered.text === "ok");
  assert.deepEqual(await post("other.internal", pems.cert), { kind: "unsent", why: "ERR_TLS_CERT_ALTNAME_INVALID" });
  assert.equal((await post("hooks.internal")).kind, "unsent");
  server.closeAllConnections();
  server.close();
});

test("an answer without end is cut, and its status counts", async () => {
  const receiver = await startReceiver({ status: 200, body: "x".repeat(5_000_000) });
  const allowed = allowedHosts("127.0.0.1");
  const posted = await postOnce(address(receiver.origin, allowed), {}, "x", options({ allowed }));
  assert.ok(posted.kind === "answer" && posted.status === 200 && posted.text.length <= 65_536);
  await receiver.close();
});

test("what is no answer in HTTP, and a port where nobody listens, are told apart: whether it was sent", async () => {
  const server = createTcp((socket) => socket.end("SSH-2.0-OpenSSH_9.9\r\n", () => socket.destroy())).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const allowed = allowedHosts("127.0.0.1");
  const target = address(`http://127.0.0.1:${port}/`, allowed);
  assert.equal((await postOnce(target, {}, "x", options({ allowed }))).kind, "unanswered");
  server.close();
  await once(server, "close");
  assert.deepEqual(await postOnce(target, {}, "x", options({ allowed })), { kind: "unsent", why: "ECONNREFUSED" });
});

test("what may have arrived is sent again only to a receiver that tells repeats", async () => {
  const tries = async (isIdempotent: boolean): Promise<number> => {
    const receiver = await startReceiver({ status: 200 });
    receiver.answerNext("cut", "cut");
    const posting = {
      address: address(receiver.origin, allowedHosts("127.0.0.1")),
      headers: {},
      body: "x",
      isIdempotent,
      whyNotDelivered: () => null,
    };
    await deliverPost(posting, transportFor(NEVER));
    await receiver.close();
    return receiver.requests.length;
  };
  assert.deepEqual([await tries(true), await tries(false)], [3, 1]);
});

test("a short Retry-After is waited for, a date is not taken for a number of seconds", async () => {
  const receiver = await startReceiver({ status: 200 });
  const waited: number[] = [];
  const transport = transportFor(NEVER);
  const waits = { ...transport.waits, pause: (ms: number) => Promise.resolve(void waited.push(ms)) };
  receiver.answerNext(
    { status: 429, headers: { "retry-after": "7" } },
    { status: 503, headers: { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" } },
  );
  const posting = {
    address: address(receiver.origin, allowedHosts("127.0.0.1")),
    headers: {},
    body: "x",
    isIdempotent: false,
    whyNotDelivered: () => null,
  };
  assert.equal((await deliverPost(posting, { ...transport, waits })).kind, "delivered");
  assert.deepEqual(waited, [7000, 2000]);
  await receiver.close();
});
