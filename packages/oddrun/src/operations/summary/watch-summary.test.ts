import assert from "node:assert/strict";
import { test } from "node:test";
import { hostileTexts } from "../../server/page/hostile-texts.contract.ts";
import { hostileStrings } from "../text/hostile-strings.contract.ts";
import { alive } from "../text/living-markdown.contract.ts";
import { utf8Bytes } from "../text/utf8-bytes.ts";
import { decideIncident } from "../incidents/incidents-decide.ts";
import { findingsJson, findingsOfChanges } from "./findings.ts";
import { assertGolden, NOW_MS, readReport, renamed, summaryPass, summaryStore } from "./summary-stage.contract.ts";
import type { WatchReport } from "./watch-report.ts";
import { watchSummary } from "./watch-summary.ts";
import { readWeekReport, weekSummary } from "./week-summary.ts";

const SAID = [
  { word: "new", title: "octo/shop FLOW takes longer", channel: "issues", outcome: "delivered", why: null },
  {
    word: "new",
    title: "octo/shop FLOW takes longer",
    channel: "chat",
    outcome: "refused",
    why: "the address is gone",
  },
] as const;
const ISSUES = new Map([1, 2, 3].map((number) => [number, `https://github.com/octo/shop/issues/${30 + number}`]));

async function aReport(change: Parameters<typeof summaryPass>[0] = {}, incidents = 3): Promise<WatchReport> {
  const store = await summaryStore({ incidents });
  try {
    return await readReport(store, summaryPass(change));
  } finally {
    await store.close();
  }
}

const withFlow = <Report extends WatchReport>(report: Report): Report =>
  renamed(
    report,
    new Map([
      ["FLOW", "CI"],
      ["JOB", "test (24)"],
      ["npm ci STEP", "npm ci"],
      ["STEP", "npm test"],
    ]),
  );

test("a quiet pass says so in its first sentence, and little else", async () => {
  const summary = watchSummary(withFlow(await aReport({}, 0)));
  assertGolden("quiet.md", summary);
  assert.match(summary, /^## Oddrun\n\n\*\*All well\.\*\*/);
  assert.ok(summary.split("\n").length < 10);
});

test("what has changed stands in one table, the dearest first, its reasons and charts below", async () => {
  const summary = watchSummary(withFlow(await aReport({ issueUrls: ISSUES, said: SAID })));
  assertGolden("three-findings.md", summary);
  assert.equal(summary.match(/^\| \[INC-/gm)?.length, 3);
  assert.equal(summary.match(/^<details/gm)?.length, summary.match(/^<\/details>$/gm)?.length);
  assert.match(summary, /xychart-beta\n/);
  assert.match(summary, /refused: the address is gone/);
});

test("what people have taken note of goes on without being shown as news", async () => {
  const store = await summaryStore({ incidents: 2 });
  try {
    const said = { decision: "acknowledged", who: "ada", note: null, untilMs: null, nowMs: NOW_MS } as const;
    for (const number of [1, 2]) await decideIncident(store, number, said);
    const report = await readReport(store, summaryPass());
    assert.deepEqual(
      findingsJson(findingsOfChanges(report.changes)).map((finding) => finding["is_noted"]),
      [true, true],
    );
    const summary = watchSummary(report);
    assert.match(summary, /All well.*2 changes that people know of go on/);
    assert.doesNotMatch(summary, /<details open>/);
    await decideIncident(store, 1, { ...said, decision: "reopened" });
    assert.match(watchSummary(await readReport(store, summaryPass())), /<details open>/);
  } finally {
    await store.close();
  }
});

test("a first pass tells what is usual, what it costs and what to expect", async () => {
  const collected = { requests: { sent: 998 }, missing: [{ requestsNeeded: 2400 }], stopped: null } as never;
  const summary = watchSummary(withFlow(await aReport({ isFirst: true, collected })));
  assertGolden("first.md", summary);
  assert.match(summary, /### What is usual here/);
  assert.match(summary, /expect \*\*\d.* messages a week\*\*/);
  assert.match(summary, /about 2,400 requests, 3 more passes, about 18 hours/);
});

test("nothing of a name from outside comes alive in a summary or breaks it", async () => {
  const report = await aReport({ issueUrls: ISSUES, said: SAID, isFirst: true });
  const isOwn = (url: string): boolean =>
    /^https:\/\/github\.com\/octo\/shop\/(issues|actions\/runs)\/[\d/a-z]+$/.test(url);
  const rowsIn = (text: string): number => text.match(/^\|/gm)!.length;
  const usual = watchSummary(report);
  for (const hostile of [...hostileTexts(), ...hostileStrings().values()]) {
    const texts = new Map(["FLOW", "JOB", "STEP", "chat", "the address is gone"].map((from) => [from, hostile]));
    const named = renamed(report, texts);
    const summary = watchSummary(named);
    assert.deepEqual(alive(summary, isOwn), [], hostile.slice(0, 100));
    const week = weekSummary({ ...named, over: named.changes.open.map(({ incident }) => incident) });
    assert.deepEqual(alive(week, isOwn), [], hostile.slice(0, 100));
    assert.equal(rowsIn(summary), rowsIn(usual), hostile.slice(0, 100));
    for (const [, chart] of summary.matchAll(/^```mermaid\n([^]*?)\n```$/gm)) {
      for (const [, label] of chart!
        .split("\n")
        .slice(1)
        .join("\n")
        .matchAll(/"([^"]*)"/g)) {
        assert.match(label!, /^[\p{L}\p{M}\p{N} ._/+,%-]+$/u);
      }
    }
  }
});

test("a summary of very many changes stays below its limit, keeps the table, and says what it left out", async () => {
  const report = await aReport();
  const [first] = report.changes.open;
  const open = Array.from({ length: 50 }, (_, index) => ({
    ...first!,
    incident: { ...first!.incident, number: 100 + index },
  }));
  const explained = new Map(
    open.map(({ incident }) => [incident.number, report.explained.get(first!.incident.number)!]),
  );
  const many = { ...report, changes: { ...report.changes, open, openCount: 50 }, explained };
  const summary = watchSummary(renamed(many, new Map([["FLOW", "語".repeat(90)]])));
  assert.ok(utf8Bytes(summary) <= 64_000, `${utf8Bytes(summary)}`);
  assert.ok(utf8Bytes(summary) > 50_000);
  assert.equal(summary.match(/^\| INC-/gm)?.length, 50);
  assert.match(summary, /Left out, so that this page stays small: the reasons of INC-\d+/);
  assert.ok(summary.includes("<b>INC-100</b>"), "the dearest keeps its reasons longest");
});

test("the page of a week tells what is new, what goes on and what the workflows took", async () => {
  const store = await summaryStore();
  const deps = { store, signal: { aborted: false }, progress: () => {} };
  const report = await readWeekReport(deps, summaryPass());
  await store.close();
  const page = weekSummary(withFlow(report));
  assertGolden("week.md", page);
  assert.match(page, /^# Oddrun: the week up to 2026-02-25\n\n\*\*1 change new, 2 going on, 0 over\*\*/);
  assert.match(page, /### New this week\n\n.*\n.*\n\| INC-3 /);
  assert.match(page, /### What the workflows took/);
});
