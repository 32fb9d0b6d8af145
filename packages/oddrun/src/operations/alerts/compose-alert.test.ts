import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileStrings } from "../text/hostile-strings.contract.ts";
import {
  type AlertCase,
  aMaterial,
  anIncident,
  DAY_MS,
  everywhere,
  NAMES,
  ONSET_MS,
} from "./alert-fixtures.contract.ts";
import type { AlertMessage } from "./alert-message.ts";
import { composeAlert, type ComposeAlertOptions } from "./compose-alert.ts";
import { composeDigest } from "./compose-digest.ts";
import { composeStorm } from "./compose-storm.ts";

const QUIET = { commitMessages: false, authors: false };
const HOUR_MS = 3_600_000;

function compose(given: AlertCase = {}, options: Partial<ComposeAlertOptions> = {}): AlertMessage {
  return composeAlert(aMaterial(given), {
    id: "m-1",
    word: "new",
    atMs: ONSET_MS + 3 * DAY_MS,
    privacy: QUIET,
    ...options,
  });
}
const factsOf = ({ facts }: AlertMessage): Readonly<Record<string, string>> =>
  Object.fromEntries(facts.map(({ label, text }) => [label, text]));
const allText = (message: AlertMessage): string =>
  [
    message.title,
    ...message.facts.map(({ text }) => text),
    ...message.lines.map(({ text }) => text),
    message.howToMute,
  ].join("\n");

test("a new incident is told as a colleague would: what, since when, how sure, which step, what it costs, what changed", () => {
  const message = compose({ hasJob: true });
  assert.equal(message.title, "octo-org/shop CI takes longer: 18 min, usually 12 min (+50 %)");
  assert.deepEqual(
    message.facts.map(({ label, text }) => `${label}: ${text}`),
    [
      "What: Runs take 18 min, usually 12 min (+50 %), on the default branch (push).",
      "Since: 2026-11-03 10:12 UTC: run 17204118006, commit 9fceb02.",
      "How sure: Fairly sure, 86 %: 24 runs speak for it, held against 40 before; score 1.3, told from 1.0.",
      'Where: Step "npm test" of job "test (ubuntu-24.04, 22)" takes 9 min, usually 4 min: 83 % of the 6 min that it takes longer.',
      "Costs: 342 minutes a week (about $2.05) at 57 runs a week.",
      'What else changed: Runner image 20261020.1 -> ubuntu-24.04 (job "test (ubuntu-24.04, 22)"): 24 of 24 runs since, 0 of 40 before; action npm test v4 -> v5: 24 of 24 runs since, 0 of 40 before.',
      'With it moved: job "test (ubuntu-24.04, 22)" on default branch, push: 18 min, usual 12 min (+50 %)',
    ],
  );
  assert.match(message.howToMute, /"\/oddrun mute 14d" on its issue.*oddrun incidents mute INC-7 --until 14d/);
});

test("links are made of ids: the run it began with, its commits, its workflow", () => {
  assert.deepEqual(
    compose().links.map(({ url }) => url),
    [
      "https://github.com/octo-org/shop/actions/runs/17204118006/attempts/1",
      "https://github.com/octo-org/shop/compare/4b825dc642cb6eb9a060e54bf8d69288fbee4904...9fceb02d0ae598e95dc970b74767f19372d61af8",
      "https://github.com/octo-org/shop/actions/workflows/ci.yml",
    ],
  );
});

test("grown, a reminder and recovered say what is new about it", () => {
  const grown = compose({ event: { state: "grown", level: 24 * 60_000 } }, { word: "grown" });
  assert.equal(grown.title, "octo-org/shop CI takes longer, more than before: 24 min, usually 12 min (+100 %)");
  assert.equal(factsOf(grown)["Before"], "It was 18 min when it was first told, 2026-11-06 10:12 UTC.");
  const reminder = compose({}, { word: "reminder", atMs: ONSET_MS + 14 * DAY_MS });
  assert.equal(reminder.title, "octo-org/shop CI still takes longer after 14 days: 18 min, usually 12 min (+50 %)");
  assert.match(factsOf(reminder)["Costs"]!, /; 440 minutes so far\.$/);
  const at = { runId: 17_900_000_001, runAttempt: 1, atMs: ONSET_MS + 9 * DAY_MS };
  const recovered = compose({ event: { state: "recovered", at } }, { word: "recovered", atMs: at.atMs });
  assert.equal(recovered.title, "octo-org/shop CI is back to usual after 9 days");
  assert.equal(
    factsOf(recovered)["What"],
    "It lasted 9 days and cost about 440 minutes; back at about 12 min since run 17900000001 (it was 18 min).",
  );
  assert.equal(recovered.links[0]?.url, "https://github.com/octo-org/shop/actions/runs/17900000001/attempts/1");
});

test("failures are counted, and so is where they happen", () => {
  const failures = {
    beforeRuns: 120,
    beforeFailed: 5,
    sinceRuns: 120,
    sinceFailed: 74,
    places: [{ job: "test", step: "npm test", before: 1, since: 60 }],
  };
  const message = compose({
    series: { measure: "failure" },
    event: { usual: 0.04, level: 0.62, flakyCount: 3 },
    explanation: { failures, account: null, cause: null },
    record: { realCount: 3, judgedCount: 4 },
  });
  assert.match(message.title, /^octo-org\/shop CI fails more often: 62 %, usually 4 %/);
  const facts = factsOf(message);
  assert.match(facts["What"]!, /^Runs that fail: 62 %, usually 4 %.*3 more were flaky: passed when run again\.$/);
  assert.match(
    facts["How sure"]!,
    /74 of 120 runs failed since, 5 of 120 before; score 1.3, told from 1.0; of 4 earlier ones here 3 proved real/,
  );
  assert.equal(facts["Where"], 'Step "npm test" of job "test": 60 of 74 failed runs since fail there, 1 before.');
});

test("what is not known is said as not known", () => {
  const bare = compose({ explanation: null, cost: { minutesAWeek: null, minutesSoFar: null, usdAWeek: null } });
  assert.match(factsOf(bare)["Costs"]!, /^Not known: /);
  assert.match(factsOf(bare)["What else changed"]!, /^Not known: /);
  const few = compose({ explanation: { account: null, cause: null, suspects: [], unknown: ["too-few-usual-runs"] } });
  assert.match(factsOf(few)["Where"]!, /^Not known: too few passing runs/);
  assert.match(factsOf(few)["What else changed"]!, /^Not known: too few passing runs/);
  const blind = compose({ explanation: { suspects: [], unknown: ["no-evidence"] } });
  assert.match(
    factsOf(blind)["What else changed"]!,
    /^Nothing that can be seen in the runs\. Runner images, .* not looked at\.$/,
  );
});

test("a silent schedule tells its last run, how often one usually comes, and what was missed", () => {
  const message = compose({
    series: { measure: "schedule", event: "schedule" },
    event: { usual: 24 * HOUR_MS, level: 60 * HOUR_MS },
    cost: { minutesAWeek: null, minutesSoFar: null, missedRunCount: 3, runsAWeek: 7 },
    explanation: { account: null, cause: null, suspects: [], unknown: ["no-minutes"] },
  });
  assert.match(message.title, /^octo-org\/shop CI fell silent: usually a run every 24 h$/);
  const facts = factsOf(message);
  assert.match(facts["What"]!, /^No run since 2026-11-03 10:12 UTC; usually one comes every 24 h/);
  assert.equal(facts["How sure"], "Told after 60 h without a run.");
  assert.match(facts["Costs"]!, /^About 3 runs missed so far, usual 7 a week\.$/);
});

test("titles of commits are told only where asked for, and e-mail addresses never", () => {
  const names = {
    ...NAMES,
    title: "Fix it, ada@example.com says",
    job: "by ada@example.com",
    branch: "ada@example.com/x",
    workflow: "CI of ada@example.com",
  };
  const quiet = allText(compose({ names, hasJob: true }));
  assert.doesNotMatch(quiet, /Fix it/);
  assert.doesNotMatch(quiet, /ada|@example/);
  const asked = allText(compose({ names, hasJob: true }, { privacy: { commitMessages: true, authors: true } }));
  assert.match(asked, /commit 9fceb02, "Fix it, \[e-mail address\] says"/);
  assert.doesNotMatch(asked, /ada@/);
});

test("whatever things are called, a message is one visible line each, within its limits, and leads to GitHub or nowhere", () => {
  const hostile = hostileStrings();
  assert.ok(hostile.size >= 120);
  for (const [what, name] of hostile) {
    const names = everywhere(name);
    const words = ["new", "grown", "reminder", "recovered"] as const;
    const given: AlertCase = { names, hasJob: true, series: { event: name } };
    const messages = [
      ...words.map((word) => compose(given, { word, privacy: { commitMessages: true, authors: true } })),
      compose({ ...given, series: { measure: "metric", part: name } }),
      storm([anIncident(given)], name),
      digest([anIncident(given)], name),
    ];
    for (const message of messages) {
      assert.ok(message.title.length <= 120, what);
      for (const { label, text } of [
        ...message.facts,
        ...message.lines.map(({ text: line }) => ({ label: "", text: line })),
      ]) {
        assert.ok(text.length <= 400, `${what}: ${label}`);
        assert.ok(text.isWellFormed(), what);
      }
      assert.doesNotMatch(allText(message).replaceAll("\n", ""), /(?!\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, what);
      for (const { url } of message.links)
        assert.match(url, /^https:\/\/(?:github\.com\/octo|www\.githubstatus\.com$)/, what);
      assert.doesNotMatch(allText(message), /ada\.lovelace@/, what);
    }
  }
});

const NAMES_OF = (name: string) => ({ repository: () => name, workflow: (_: number, id: number) => `${name} ${id}` });

function storm(incidents: Parameters<typeof composeStorm>[0]["incidents"], name: string): AlertMessage {
  const activity = [1, 2, 3].map((at) => ({ repositoryId: 7, workflowId: 69 + at, firstMs: 0, lastMs: ONSET_MS }));
  const repository = { id: 7, fullName: name, webUrl: "https://github.com" };
  return composeStorm({
    id: "s-1",
    atMs: ONSET_MS,
    incidents,
    names: NAMES_OF(name),
    activity,
    explanations: [],
    repository,
  });
}

function digest(incidents: Parameters<typeof composeStorm>[0]["incidents"], name: string): AlertMessage {
  const repository = { id: 7, fullName: name, webUrl: "https://github.com" };
  const items = incidents.map((incident, at) => ({
    incident,
    cost: { ...aMaterial().cost, minutesAWeek: 10 * at + 5 },
    record: null,
  }));
  return composeDigest({
    id: "d-1",
    atMs: ONSET_MS,
    sinceMs: ONSET_MS - 7 * DAY_MS,
    items,
    pushedCount: 1,
    names: NAMES_OF(name),
    repository,
  });
}

test("a storm is one message with its reasons: what moved, on which runners, and what did not", () => {
  const incidents = Array.from({ length: 12 }, (_, at) =>
    anIncident({ number: at + 1, series: { workflowId: 70 + (at % 2) } }),
  );
  const message = storm(incidents, "octo-org/shop");
  assert.equal(
    message.title,
    "octo-org/shop: 2 workflows moved at once. This looks like GitHub or your runners, not your code",
  );
  assert.match(
    factsOf(message)["What"]!,
    /^2 workflows in one repository moved at once: 12 incidents \(12 × takes longer\)\./,
  );
  assert.equal(factsOf(message)["What did not move"], '1 of 3 workflows that ran lately: "octo-org/shop 72".');
  assert.match(factsOf(message)["Runners"]!, /^Not known/);
  assert.equal(message.lines.length, 12);
  const waiting = { scope: "runner", measure: "queue-time", workflowId: 0, event: "", job: "ubuntu-24.04" } as const;
  assert.match(
    factsOf(storm([anIncident({ series: waiting })], "a/b"))["Runners"]!,
    /^Waits grew for "ubuntu-24.04"\.$/,
  );
});

test("what storms have in common is told when several share it", () => {
  const { explained } = aMaterial();
  const incidents = [explained.incident];
  const activity = [{ repositoryId: 7, workflowId: 70, firstMs: 0, lastMs: ONSET_MS }];
  const given = { id: "s", atMs: ONSET_MS, incidents, names: NAMES_OF("a/b"), activity, repository: null };
  const shared = composeStorm({
    ...given,
    explanations: [explained, explained, aMaterial({ explanation: { suspects: [] } }).explained],
  });
  assert.match(
    factsOf(shared)["Runners"]!,
    /^Runner image "?20261020\.1"? -> "?ubuntu-24\.04"? in 2 of the 3 that were looked at\.$/,
  );
  assert.match(factsOf(shared)["What did not move"]!, /^None of the 1/);
});

test("a digest names the dearest first, what it comes to, and what was left out", () => {
  const incidents = Array.from({ length: 25 }, (_, at) => anIncident({ number: at + 1 }));
  const message = digest(incidents, "octo-org/shop");
  assert.equal(message.title, "Weekly digest of octo-org/shop: 25 for the worse");
  assert.deepEqual([message.lines.length, message.lines[0]!.incidentNumber], [20, 25]);
  assert.match(
    message.lines[0]!.text,
    /^INC-25 octo-org\/shop .* takes longer: 18 min, usually 12 min \(\+50 %\); costs about 245 minutes a week$/,
  );
  assert.match(factsOf(message)["Not shown"]!, /^5 smaller ones/);
  assert.match(digest([], "octo-org/shop").title, /: nothing new$/);
});
