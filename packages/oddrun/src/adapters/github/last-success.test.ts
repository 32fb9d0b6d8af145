import assert from "node:assert/strict";
import { test } from "node:test";
import { lastSuccess } from "./last-success.ts";
import { connectTo, scriptedGithub } from "./scripted-github.contract.ts";

const QUESTION = {
  repository: "octo/widgets",
  workflowFile: "odd run.yml",
  events: ["schedule", "push"],
  exceptRunId: 3,
};
const run = (id: number, event: string, at: string, conclusion = "success") => ({
  id,
  event,
  conclusion,
  run_started_at: at,
  created_at: "2026-01-01T00:00:00Z",
});

test("the newest success of one of the events counts, and never the run that asks", async (t) => {
  const server = await scriptedGithub(t, () => ({
    body: {
      workflow_runs: [
        run(3, "schedule", "2026-11-04T10:00:00Z"),
        run(4, "pull_request", "2026-11-03T10:00:00Z"),
        run(5, "schedule", "2026-11-02T12:00:00Z", "failure"),
        null,
        run(6, "schedule", "2026-11-02T10:00:00Z"),
        run(7, "push", "2026-11-01T10:00:00Z"),
      ],
    },
  }));
  assert.equal(await lastSuccess(await connectTo(server), QUESTION), Date.parse("2026-11-02T10:00:00Z"));
  assert.equal(server.seen[0]!.path, "/repos/octo/widgets/actions/workflows/odd%20run.yml/runs");
  assert.equal(server.seen[0]!.query.get("status"), "success");
});

test("where there was none, or nothing may be seen, nothing is known", async (t) => {
  for (const body of [{ workflow_runs: [] }, {}, [], { workflow_runs: "many" }]) {
    const server = await scriptedGithub(t, () => ({ body }));
    assert.equal(await lastSuccess(await connectTo(server), QUESTION), null);
  }
  for (const status of [403, 404]) {
    const server = await scriptedGithub(t, () => ({ status, body: {} }));
    assert.equal(await lastSuccess(await connectTo(server), QUESTION), null);
  }
});
