import assert from "node:assert/strict";
import { test } from "node:test";
import { createLogger, looksLikeSecret, secretsIn } from "./index.ts";

const apiKey = 'k3y/with+special=chars%and"quotes-0123456789';
const planted: Readonly<Record<string, string>> = {
  "classic token": "ghp_0123456789abcdefABCDEF0123456789abcd",
  "fine-grained token": "github_pat_11ABCDEFG0123456789_abcdefghijklmnopqrstuvwxyz",
  "installation token": "ghs_0123456789abcdefABCDEF0123456789abcd",
  "web token": "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxMjM0NSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ",
  "private key": "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAplanted\n-----END RSA PRIVATE KEY-----",
  "API key": apiKey,
  "API key, URL-encoded": encodeURIComponent(apiKey),
  "API key, base64": Buffer.from(apiKey).toString("base64"),
  "database password": "postgres://oddrun:s3cr3t-pw@db.example/oddrun",
  "Slack address": "https://hooks.slack.com/services/T0000/B0000/plantedplanted",
  "Teams address": "https://example.webhook.office.com/webhookb2/planted/IncomingWebhook/planted",
  "Azure storage key": "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=cGxhbnRlZHBsYW50ZWQ=;",
  "bearer header": "Authorization: Bearer plantedplantedplanted",
};
const mustNotShow = [
  "0123456789abc",
  "planted",
  "cGxhbnRlZ",
  "s3cr3t-pw",
  "MIIE",
  "c2lnbmF0dXJl",
  "k3y",
  "chars%25and",
];

for (const format of ["text", "json"] as const) {
  test(`no planted secret reaches the ${format} log, as message, field or error, at debug level`, () => {
    const lines: string[] = [];
    const log = createLogger({ level: "debug", format, secrets: [apiKey], write: (line) => lines.push(line) });
    for (const [name, secret] of Object.entries(planted)) {
      log.debug(`saw ${secret}`);
      log.info("field", { name, secret, nested: { deep: [secret] } });
      log.error("failed", { error: new Error(`refused: ${secret}`) });
    }
    const all = lines.join("");
    assert.equal(lines.length, 3 * Object.keys(planted).length);
    for (const part of mustNotShow) assert.ok(!all.includes(part), `${part} is shown`);
    assert.ok(all.includes("[secret]"));
  });
}

test("json lines hold level, time, message and the fields of the invocation", () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const log = createLogger({ level: "info", format: "json", secrets: [], write, fields: { invocation: "a1" } });
  log.debug("too quiet to be kept");
  log.warn("queue is long", { queueTimeMs: 90_000 });
  assert.equal(lines.length, 1);
  const line = JSON.parse(lines[0]!) as Record<string, unknown>;
  assert.match(String(line["time"]), /^\d{4}-\d\d-\d\dT/);
  assert.deepEqual(
    { ...line, time: "" },
    { level: "warn", time: "", invocation: "a1", queueTimeMs: 90_000, message: "queue is long" },
  );
});

test("hostile text cannot forge a line or steer the terminal", () => {
  const lines: string[] = [];
  const hostile = "a\nb\u001b[2Jc\u202ed\u009b31m";
  for (const format of ["text", "json"] as const) {
    const log = createLogger({ level: "info", format, secrets: [], write: (line) => lines.push(line) });
    log.info(hostile, { branch: hostile });
  }
  assert.equal(lines.length, 2);
  for (const line of lines) assert.match(line, /^[^\p{Cc}\p{Cf}]*\n$/u);
  const { message, branch } = JSON.parse(lines[1]!) as Record<string, unknown>;
  assert.deepEqual([message, branch], [hostile, hostile]);
});

test("secrets are found in the environment by the names of their variables", () => {
  const env = { ODDRUN_API_KEY: "one", GITHUB_TOKEN: "two", PATH: "three", DATABASE_URL: "four", MONKEY: "five" };
  assert.deepEqual(secretsIn(env), ["one", "two", "four"]);
});

test("a token given as an argument is recognised, a repository is not", () => {
  assert.ok(looksLikeSecret("ghp_0123456789abcdefABCDEF0123456789abcd"));
  assert.ok(!looksLikeSecret("octo-org/octo-repo"));
});
