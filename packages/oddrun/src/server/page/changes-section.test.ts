import assert from "node:assert/strict";
import { test } from "node:test";
import { incidentsShape } from "../../api/index.ts";
import { aWord, say } from "../../adapters/store/incident-store.contract.ts";
import { aBatch, aRun, START } from "../../adapters/store/run-fixtures.contract.ts";
import { ask, serverUnderTest } from "../server-under-test.contract.ts";
import { temporaryStore } from "./odd-runs.contract.ts";

const HOUR_MS = 3_600_000;

test("what has changed stands above the odd runs, with its picture, on the first page only, and in a list of its own", async () => {
  const place = await temporaryStore();
  const { store } = place;
  await place.judge([{}, {}]);
  const runs = Array.from({ length: 60 }, (_, index) => {
    const startMs = START + (index - 40) * HOUR_MS;
    const ms = index < 40 ? 300_000 : 450_000;
    const times = { createdAtMs: startMs, runStartedAtMs: startMs, completedAtMs: startMs + ms };
    return aRun({ runId: 5000 + index, ...times, duration: { ms, unknown: null } });
  });
  const workflow = "<script>alert(1)</script>";
  await store.save(aBatch({ workflows: [{ repositoryId: 7, id: 70, name: workflow, path: null }], runs }));
  await say(store, [
    aWord({}, { onset: { runId: 5040, runAttempt: 1, atMs: START } }),
    aWord({ job: "<img src=x>" }, { onset: { runId: 5040, runAttempt: 1, atMs: START } }),
  ]);
  const page = await serverUnderTest({ store });
  const { text, status } = await ask(`${page.url}/?limit=1`);
  assert.equal(status, 200);
  const [changes, oddRuns] = text.split("<h2>Odd runs</h2>");
  assert.match(changes!, /<article class="incident" id="INC-1">/);
  assert.match(changes!, /&lt;script&gt;alert\(1\)&lt;\/script&gt; takes longer/);
  assert.match(changes!, /7\.5 min, usual 5 min \(\+50 %\)/);
  assert.match(changes!, /<svg class="change" role="img"/);
  assert.match(oddRuns!, /<p class="reason">/);
  assert.doesNotMatch(text, /<script|<img| style=/);
  const next = /<a href="([^"]+)" rel="next"/.exec(text)![1]!.replaceAll("&amp;", "&");
  assert.doesNotMatch((await ask(page.url + next)).text, /INC-1/);
  const { json, headers } = await ask(`${page.url}/api/incidents`);
  assert.match(headers.get("content-type")!, /^application\/json/);
  assert.deepEqual(incidentsShape.parse(json), json);
  assert.deepEqual([json.open_count, json.open[0].incident, json.open[0].changes.length], [1, "INC-1", 2]);
  await page.stop();
  await place.remove();
});

test("where nobody looked for changes the page says nothing of them, and the list is empty", async () => {
  const place = await temporaryStore();
  const { store } = place;
  await place.judge([{}]);
  const page = await serverUnderTest({ store });
  assert.doesNotMatch((await ask(`${page.url}/`)).text, /What has changed/);
  const { json } = await ask(`${page.url}/api/incidents`);
  assert.deepEqual([json.open, json.better, json.most_expensive], [[], [], []]);
  await page.stop();
  await place.remove();
});
