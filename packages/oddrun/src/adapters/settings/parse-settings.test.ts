import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { Problem } from "../../operations/problems.ts";
import { DEFAULT_SETTINGS } from "../../operations/settings/settings.ts";
import { lookAtSettings, parseSettings } from "./index.ts";

const EVERYTHING = `# everything
version: 1
alerts:
  pushes: 2/month
  organisation-pushes: 1/day
  remind-after: 2w
  digest: friday 16:00
  storm-from: 25
  improvements: true
watch:
  branches: all
  attempts: all
  workflows: [ci.yml, "Deploy *"]
  ignore-workflows: [nightly.yml]
channels:
  tickets: { kind: github-issue, labels: [pipeline, "kind: slow"], assignees: [mona] }
  shop: { kind: slack, url-from: SHOP_URL }
  office: { kind: teams, url-from: TEAMS_URL }
  pager: { kind: webhook, url-from: PAGER_URL, secret-from: PAGER_KEY }
routes:
  - { repository: octo-org/*, workflow: deploy*.yml, owner: "@octo-org/shop", to: [shop, pager] }
  - { workflow: nightly.yml, to: [] }
privacy:
  commit-messages: true
  authors: true
`;

const refusal = (text: string | Uint8Array): Problem => {
  try {
    parseSettings(text, "oddrun.yaml");
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  return assert.fail("it was taken");
};
const refused = (text: string | Uint8Array, message: RegExp) => {
  const found = refusal(text);
  assert.match(found.message, message);
  assert.equal(found.exitCode, 2);
};

test("a file that sets everything is read as that", () => {
  assert.deepEqual(parseSettings(EVERYTHING, "oddrun.yaml"), {
    alerts: {
      budget: { repositoryAWeek: 2 / (365.25 / 12 / 7), organisationAWeek: 7 },
      remindAfterDays: 14,
      digest: { weekday: 5, hour: 16 },
      stormFrom: 25,
      improvements: true,
    },
    watch: { branches: "all", attempts: "all", workflows: ["ci.yml", "Deploy *"], ignoreWorkflows: ["nightly.yml"] },
    channels: {
      tickets: { kind: "github-issue", labels: ["pipeline", "kind: slow"], assignees: ["mona"] },
      shop: { kind: "slack", urlFrom: "SHOP_URL" },
      office: { kind: "teams", urlFrom: "TEAMS_URL" },
      pager: { kind: "webhook", urlFrom: "PAGER_URL", secretFrom: "PAGER_KEY" },
    },
    routes: [
      { repository: "octo-org/*", workflow: "deploy*.yml", owner: "@octo-org/shop", to: ["shop", "pager"] },
      { workflow: "nightly.yml", to: [] },
    ],
    privacy: { commitMessages: true, authors: true },
  });
});

test("what a file leaves out is as usual, section by section", () => {
  for (const text of [
    "version: 1",
    "# nothing yet",
    "{}",
    "alerts:\n  # pushes: 1/week\nwatch:\nchannels:\n",
    "routes: []",
  ])
    assert.deepEqual(parseSettings(text, "oddrun.yaml"), DEFAULT_SETTINGS, text);
  const { alerts } = parseSettings("alerts: { storm-from: 3 }", "oddrun.yaml");
  assert.deepEqual(alerts, { ...DEFAULT_SETTINGS.alerts, stormFrom: 3 });
});

test("the channel of issues is there beside others, unless it is off or has another name", () => {
  const names = (text: string) => Object.keys(parseSettings(text, "oddrun.yaml").channels);
  assert.deepEqual(names("channels: { shop: { kind: slack, url-from: URL } }"), ["issues", "shop"]);
  assert.deepEqual(names("channels: { issues: off, shop: { kind: slack, url-from: URL } }"), ["shop"]);
  assert.deepEqual(names("channels: { issues: false }"), []);
  assert.deepEqual(names("channels: { tickets: { kind: github-issue } }"), ["tickets"]);
});

test("reminders and the digest can be switched off", () => {
  const { alerts } = parseSettings("alerts: { remind-after: off, digest: false }", "oddrun.yaml");
  assert.deepEqual([alerts.remindAfterDays, alerts.digest], [null, null]);
});

test("a byte order mark and Windows line ends are no hindrance", () => {
  const text = `\ufeff${EVERYTHING.replaceAll("\n", "\r\n")}`;
  for (const given of [text, new TextEncoder().encode(text)])
    assert.equal(parseSettings(given, "x").alerts.stormFrom, 25);
});

const MISTAKES: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["an empty file", " \n", /^oddrun\.yaml: it is empty; "oddrun init --force" writes one/],
  ["a tab", "alerts:\n\tpushes: 1/week", /^oddrun\.yaml:2:\d+: .*tab/i],
  ["a bracket left open", "watch:\n  workflows: [a, b\n", /^oddrun\.yaml:\d+:\d+: /],
  ["one key twice", "alerts:\n  storm-from: 3\n  storm-from: 4", /^oddrun\.yaml:3:3: "storm-from" is there twice/],
  ["two documents", "version: 1\n---\nversion: 1", /^oddrun\.yaml:2:1: .*multiple documents/],
  [
    "an unknown key",
    "alerts:\n  pushs: 1/week",
    /^oddrun\.yaml:2:3: alerts\.pushs is not known here: did you mean "pushes"\?$/,
  ],
  ["snake_case", "watch:\n  ignore_workflows: [a]", /2:3: .*did you mean "ignore-workflows"\?/],
  ["an address itself", "channels: { a: { kind: slack, url: x } }", /did you mean "url-from"\?/],
  [
    "a key that nothing is like",
    "budget: 3",
    /1:1: budget is not known here: there are version, alerts, .* or privacy\.$/,
  ],
  [
    "a text for a number",
    'alerts:\n  storm-from: "5"',
    /2:15: alerts\.storm-from takes a whole number from 2 to 1000, not the text "5"\.$/,
  ],
  ["a list for a mapping", "alerts: [1]", /1:9: alerts takes a mapping with pushes, .*, not a list\.$/],
  [
    "a mapping for a list",
    "watch: { workflows: { a: 1 } }",
    /watch\.workflows takes a list, such as \[one, two\], not a mapping/,
  ],
  ["a text for a list", "watch: { workflows: ci.yml }", /takes a list, such as \[one, two\], not the text "ci\.yml"/],
  ["a number for a flag", "privacy: { authors: 1 }", /privacy\.authors takes true or false, not the number 1/],
  ["yes for true", "privacy: { authors: yes }", /takes true or false, not the text "yes"/],
  ["no value", "alerts:\n  pushes:\n", /alerts\.pushes takes a rate .*; it has no value \(leave the line out/],
  ["no such rate", "alerts: { pushes: 3 a week }", /takes a rate such as "1\/week", .*, not the text "3 a week"/],
  ["a rate of nothing", "alerts: { pushes: 0/week }", /takes a rate/],
  ["no such span", "alerts: { remind-after: 14 }", /takes days or weeks such as "14d" or "2w", .*, not the number 14/],
  ["a span of years", "alerts: { remind-after: 60w }", /at most 365 days/],
  ["no such day", "alerts: { digest: mon 8 }", /such as "monday 08:00", or "off", not the text "mon 8"/],
  ["no such hour", "alerts: { digest: monday 24:00 }", /takes a day of the week and an hour/],
  ["no such word", "watch: { branches: main }", /watch\.branches takes "default" or "all", not the text "main"/],
  [
    "no such kind",
    "channels: { a: { kind: email } }",
    /channels\.a\.kind takes "github-issue", "slack", "teams" or "webhook"/,
  ],
  ["no kind", "channels: { a: { url-from: URL } }", /channels\.a takes a mapping with "kind"/],
  ["a channel without an address", "channels: { a: { kind: slack } }", /channels\.a lacks "url-from"/],
  ["a webhook without a key", "channels: { a: { kind: webhook, url-from: U } }", /channels\.a lacks "secret-from"/],
  ["a name with a space", 'channels: { "a b": off }', /channels\.a b is no name: it takes letters, digits and hyphens/],
  [
    "two channels of issues",
    "channels: { a: { kind: github-issue }, b: { kind: github-issue } }",
    /1:\d+: channels\.b is a second channel/,
  ],
  [
    "a channel that there is not",
    "routes: [{ to: [issue] }]",
    /routes\[0\]\.to\[0\] names a channel that there is not: did you mean "issues"\?/,
  ],
  ["a route to nobody", "routes: [{ workflow: a }]", /routes\[0\] lacks "to"/],
  [
    "a newer version",
    "version: 2\nthings: {}",
    /^oddrun\.yaml is of version 2, and this Oddrun reads version 1\. Update Oddrun\.$/,
  ],
  ["a version that never was", "version: 0", /version takes a whole number from 1 to 1/],
  ["a tag of its own", "alerts: !run { x: 1 }", /Unresolved tag: !run/],
  ["a tag for code", 'version: !!js/function "x"', /Unresolved tag/],
  ["__proto__", "__proto__: { version: 1 }", /1:1: "__proto__" is no key of settings/],
  ["__proto__ further down", "channels: { __proto__: { kind: slack } }", /"__proto__" is no key/],
  ["a list as a key", "? [a]\n: 1", /1:3: a key must be a text/],
  ["no mapping at all", "hello", /^oddrun\.yaml:1:1: the file takes a mapping with version/],
];

for (const [what, text, message] of MISTAKES)
  test(`refused with its place and a way out: ${what}`, () => refused(text, message));

test("bytes that are no text in UTF-8 are refused, and so is more than 128 KB", () => {
  refused(Uint8Array.of(0xff, 0xfe, 0x61, 0), /^oddrun\.yaml: it is not text in UTF-8; save it as that\.$/);
  refused("#".repeat(131_073), /larger than 128 KB/);
  refused(new Uint8Array(50_000_000), /larger than 128 KB/);
});

test("several mistakes are told as one, with how many more there are; a look finds each", () => {
  const text = "alerts: { pushs: 1/week, storm-from: 1 }\nprivacy: { authors: x }";
  refused(text, /^oddrun\.yaml:1:11: alerts\.pushs .* \(2 more: "oddrun config check" lists them\.\)$/);
  assert.equal(lookAtSettings(text, "oddrun.yaml").problems.length, 3);
});

const CANARY = "T0CANARY00/B0CANARY00/canarycanarycanarycanary";
const SECRETS: readonly string[] = [
  `channels: { a: { kind: slack, url-from: "https://hooks.slack.com/services/${CANARY}" } }`,
  `version: 1\n# https://hooks.slack.com/services/${CANARY}\n`,
  `channels:\n  a:\n    kind: teams\n    url-from: https://x.webhook.office.com/${CANARY}`,
  `privacy: { authors: ghp_${"canary".repeat(6)} }`,
  `watch: { workflows: ["https://user:canarycanary@example.com"] }`,
];
test("a secret in the file is refused with its line and how to mend it, and is not repeated", () => {
  for (const text of SECRETS) {
    const { code, message } = refusal(text);
    assert.equal(code, "settings-secret");
    assert.match(
      message,
      /^oddrun\.yaml:\d+: a secret stands here\. .*url-from: SLACK_WEBHOOK_URL.* make a new secret/,
    );
    assert.doesNotMatch(message, /canary/i);
  }
});

test("what stands where a variable's name belongs is never repeated", () => {
  for (const value of ["canary-canary", "whsec_canary", "https://example.com/canary", "${CANARY}"]) {
    const { message } = refusal(`channels: { a: { kind: webhook, url-from: "${value}", secret-from: KEY } }`);
    assert.match(message, /channels\.a\.url-from takes the name of an environment variable, in capitals/);
    assert.doesNotMatch(message, /canary/i);
  }
});

test("words about tokens in a comment are no secret", () => {
  assert.deepEqual(
    parseSettings("# the token belongs in a secret: bearer something\nversion: 1", "x"),
    DEFAULT_SETTINGS,
  );
});

const letters = "abcdefghijklmnop".split("");
const BOMBS: Readonly<Record<string, string>> = {
  "an alias bomb": `a: &a [x,x,x]\n${letters
    .slice(1)
    .map((name, at) => `${name}: &${name} [${Array(9).fill(`*${letters[at]}`).join(",")}]`)
    .join("\n")}`,
  "an alias of itself": "alerts: &a\n  pushes: *a",
  "brackets without an end": "[".repeat(131_000),
  "brackets as deep as the stack": "[".repeat(9000),
  "keys of keys": "? ".repeat(65_000),
  "lists of lists": "- ".repeat(65_000),
  "mappings of mappings": "a: ".repeat(43_000),
  "ten thousand keys": `watch: {${Array.from({ length: 10_000 }, (_, at) => `k${at}: 1`).join(", ")}}`,
  "anchors upon anchors": "&a ".repeat(43_000),
  "a hundred levels": `${"{a: ".repeat(100)}1${"}".repeat(100)}`,
};
for (const [what, text] of Object.entries(BOMBS))
  test(`refused, and soon: ${what}`, { timeout: 10_000 }, () => refused(text, /^oddrun\.yaml:\d+:\d+: /));

test("no text makes it stumble, and no prototype changes", () => {
  const keys = fc.constantFrom(
    "alerts",
    "watch",
    "channels",
    "routes",
    "pushes",
    "to",
    "kind",
    "slack",
    "constructor",
    "__proto__",
  );
  const marks = fc.constantFrom(
    ": ",
    "\n",
    "  ",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ", ",
    "&a ",
    "*a",
    "? ",
    "!!map ",
    "|",
    "'",
    '"',
    "#",
    "---\n",
    "\t",
    "\0",
  );
  const texts = fc.array(fc.oneof(keys, marks), { maxLength: 30 }).map((parts) => parts.join(""));
  const isSound = (text: string) => {
    try {
      return parseSettings(text, "x").alerts.stormFrom >= 2;
    } catch (error) {
      return error instanceof Problem && error.exitCode === 2;
    }
  };
  fc.assert(fc.property(texts, isSound), { seed: 7, numRuns: 3000 });
  assert.equal(({} as Record<string, unknown>)["alerts"], undefined);
});

test("inputs win over the file key by key, and a mistake in them is told as theirs", () => {
  const over = (values: Readonly<Record<string, unknown>>) => ({ name: "the Action's inputs", values });
  const text = "alerts: { pushes: 2/week, storm-from: 5 }\nwatch: { workflows: [a] }";
  const settings = parseSettings(
    text,
    "oddrun.yaml",
    over({ alerts: { pushes: "3/week" }, watch: { workflows: ["b"] } }),
  );
  assert.deepEqual([settings.alerts.budget.repositoryAWeek, settings.alerts.stormFrom], [3, 5]);
  assert.deepEqual(settings.watch.workflows, ["b"]);
  assert.throws(() => parseSettings(text, "oddrun.yaml", over({ alerts: { pushes: "often" } })), {
    message: /^the Action's inputs: alerts\.pushes takes a rate .* not the text "often"\.$/,
  });
});
