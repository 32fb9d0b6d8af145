import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { Octokit } from "@octokit/core";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { githubSource } from "./index.ts";
import { fewAtATime, type LimitScenario, limitScenarios } from "./limit-scenarios.contract.ts";
import { connectTo, REPOSITORY, runJson, scriptedGithub, WAIT_SCALE } from "./scripted-github.contract.ts";

/** What a way of asking makes of being refused: docs/decisions/0005-github-requests.md keeps these counts. */
type Fate = "kept" | "too early" | "not asked again" | "not done in time";

type Ask = (url: string) => Promise<unknown>;

const DAY_MS = 86_400_000;
/** Five times as long as the longest wait that is due, 180 s. */
const PATIENCE_MS = 900_000 * WAIT_SCALE;

async function fateOf(t: TestContext, scenario: LimitScenario, dateText: string, ask: Ask): Promise<Fate> {
  const server = await scriptedGithub(t, (_seen, count) =>
    count <= 2 ? scenario.refusal : { headers: { date: dateText }, body: runJson(1) },
  );
  const late = new Promise<"late">((resolve) => setTimeout(resolve, PATIENCE_MS, "late").unref());
  const end = await Promise.race([
    ask(server.url).then(
      () => "answered" as const,
      () => "refused" as const,
    ),
    late,
  ]);
  const isEarly = server.seen.some(({ atMs }, at) => {
    const waitS = at === 0 ? 0 : (scenario.waitsS?.[at - 1] ?? 0);
    return at > 0 && atMs - server.seen[at - 1]!.atMs < waitS * 1000 * WAIT_SCALE - 1;
  });
  if (isEarly) return "too early";
  if (scenario.waitsS === null) return end === "refused" && server.seen.length === 1 ? "kept" : "too early";
  if (end === "answered") return "kept";
  return end === "late" ? "not done in time" : "not asked again";
}

/** The plugins as their own pages set them up, with waits as short as ours. */
const withPlugins: Ask = async (url) => {
  const again = (_afterS: number, _options: object, _octokit: Octokit, retryCount: number): boolean => retryCount < 4;
  const octokit = new (Octokit.plugin(throttling, retry))({
    baseUrl: url,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    throttle: { id: url, retryAfterBaseValue: 1000 * WAIT_SCALE, onRateLimit: again, onSecondaryRateLimit: again },
    retry: { retryAfterBaseValue: 1000 * WAIT_SCALE },
  });
  await octokit.request("GET /repos/octo/widgets/actions/runs/1");
};

const withOurs: Ask = async (url) => githubSource(await connectTo({ url })).run(REPOSITORY, 1);

async function fates(t: TestContext, aheadMs: number, ask: Ask): Promise<Readonly<Record<Fate, number>>> {
  const serverNowMs = Math.floor((Date.now() + aheadMs) / 1000) * 1000;
  const dateText = new Date(serverNowMs).toUTCString();
  const all = await fewAtATime(limitScenarios(serverNowMs), (scenario) => fateOf(t, scenario, dateText, ask));
  const counts = { kept: 0, "too early": 0, "not asked again": 0, "not done in time": 0 };
  for (const fate of all) counts[fate] += 1;
  return counts;
}

test("Octokit's plugins keep to fewer of the 40 scenarios than our own policy, which keeps to all", async (t) => {
  // With the server's clock ahead the plugins wait for a day, and so would this process: only on demand.
  const daysAhead = process.env["ODDRUN_COMPARE_ALL"] === undefined ? [-1] : [-1, 0, 1];
  for (const days of daysAhead) {
    const [ours, plugins] = [await fates(t, days * DAY_MS, withOurs), await fates(t, days * DAY_MS, withPlugins)];
    t.diagnostic(`server ${days} d ahead: ours ${JSON.stringify(ours)}, plugins ${JSON.stringify(plugins)}`);
    assert.equal(ours.kept, 40);
    // When this fails the plugins have become better, and the decision is to be looked at again.
    assert.ok(plugins.kept < 30);
  }
});
