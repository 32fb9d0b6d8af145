import assert from "node:assert/strict";
import { test } from "node:test";
import { githubIssueMirror } from "../../packages/oddrun/src/adapters/github-issues/index.ts";
import { everywhere } from "../../packages/oddrun/src/operations/alerts/alert-fixtures.contract.ts";
import { sampleMessages } from "../../packages/oddrun/src/operations/alerts/alert-samples.contract.ts";
import { hostileStrings } from "../../packages/oddrun/src/operations/text/hostile-strings.contract.ts";
import { aliveInIssue, aliveOnGithub } from "./issue-bench.ts";
import { channelFor, connect, FULL_NAME, NOTHING, startIssues } from "./stage.ts";

test("whatever things and people are called, nothing comes alive in an issue's whole life", async (t) => {
  const limits = { primary: null, content: null };
  const { standIn, token } = await startIssues(t, { limits });
  standIn.issues.setRole(FULL_NAME, "ann", "write");
  const [channel, connection] = [await channelFor(standIn, token), await connect(standIn, token)];
  const mirror = githubIssueMirror({ connection });
  const strings = hostileStrings();
  assert.ok(strings.size >= 120, `${strings.size} strings`);
  const { issues } = standIn.issues.of(FULL_NAME);
  for (const [what, hostile] of strings) {
    const samples = sampleMessages(everywhere(hostile));
    const before = issues.length;
    const delivered = async (word: "new" | "grown" | "recovered"): Promise<void> => {
      const message = { ...samples[word], id: `${what} ${word}` };
      assert.equal((await channel.deliver(message, NOTHING)).kind, "delivered", `${what} ${word}`);
    };
    await delivered("new");
    const issue = issues[before]!;
    const receipt = String(issue.number);
    await delivered("grown");
    const order = { id: `comment-1.1.${what}`, untilMs: null, atMs: 0, who: hostile, note: hostile };
    const answer = (isDone: boolean, id = order.id): Promise<void> =>
      mirror.answer(FULL_NAME, receipt, { ...order, id, decision: "acknowledged" }, { isDone, text: hostile });
    await answer(true);
    await answer(false, `event-1.labeled`);
    const acknowledged = issue.body ?? "";
    standIn.issues.comment(issue, "ann", `/oddrun ${hostile}`);
    await mirror.read(FULL_NAME, { sinceMs: 0 });
    await delivered("recovered");
    const own = issue.comments.filter(({ author }) => author === "github-actions[bot]");
    assert.ok(own.length >= 3, what);
    const bodies = [acknowledged, issue.body ?? "", ...own.map(({ body }) => body)];
    const titles = [issue.title];
    assert.deepEqual([...titles, ...bodies].flatMap(aliveInIssue), [], what);
    assert.deepEqual(bodies.flatMap(aliveOnGithub), [], what);
    for (const title of titles) assert.ok(title.length <= 256, what);
    for (const one of issues) standIn.issues.remove(one);
  }
});
