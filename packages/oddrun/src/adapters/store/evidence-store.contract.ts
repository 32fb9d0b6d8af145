import assert from "node:assert/strict";
import type { Evidence } from "@oddrun/core";
import type { EvidenceStore } from "../../operations/evidence/evidence-store.ts";
import type { RunStore } from "../../operations/ports.ts";
import { aBatch, aRun, START } from "./run-fixtures.contract.ts";
import { storeTests } from "./store-test.contract.ts";

const COMMITS: Evidence = {
  kind: "commits",
  subject: "",
  comparedWith: { runId: 999, runAttempt: 1 },
  value: { base: "a".repeat(40), head: "b".repeat(40), commitCount: 3, fileCount: 1, isCut: false, files: ["a.ts"] },
  unknown: null,
};
const GONE: Evidence = { ...COMMITS, kind: "runner", subject: "build (ü)", value: null, unknown: "not-at-github" };
const FIRST = { repositoryId: 7, runId: 1000, runAttempt: 1 };
const SECOND = { ...FIRST, runAttempt: 2 };

/** What every evidence store must do; `open` gives an empty one, and the test closes it. */
export function evidenceStoreContract(name: string, open: () => Promise<RunStore & EvidenceStore>): void {
  const storeTest = storeTests(name, open);

  storeTest("evidence comes back as it was saved, in order, for the attempts asked for", async (store) => {
    const saved = [GONE, COMMITS].map((evidence) => ({ ...FIRST, evidence, gatheredAtMs: START }));
    const counts = await store.saveEvidence([...saved, { ...SECOND, evidence: COMMITS, gatheredAtMs: START }]);
    assert.equal(counts.added, 3);
    assert.deepEqual(await store.evidenceOf([FIRST]), saved.toReversed());
    assert.equal((await store.evidenceOf([SECOND, FIRST])).length, 3);
    assert.deepEqual(await store.evidenceOf([{ ...FIRST, repositoryId: 8 }]), []);
    assert.deepEqual(await store.evidenceOf([]), []);
  });

  storeTest("what is gathered again replaces what was known", async (store) => {
    await store.saveEvidence([{ ...FIRST, evidence: GONE, gatheredAtMs: START }]);
    const later = { ...FIRST, evidence: { ...GONE, unknown: "not-in-log" as const }, gatheredAtMs: START + 1 };
    assert.equal((await store.saveEvidence([later])).changed, 1);
    assert.deepEqual(await store.evidenceOf([FIRST]), [later]);
  });

  storeTest("evidence with text that no database takes is kept readable", async (store) => {
    await store.saveEvidence([{ ...FIRST, evidence: { ...GONE, subject: "a\0b\ud800" }, gatheredAtMs: START }]);
    assert.equal((await store.evidenceOf([FIRST]))[0]?.evidence.subject, "a\ufffdb\ufffd");
  });

  storeTest("earlier runs are those of the workflow and event that ended before, newest first", async (store) => {
    const at = (minutes: number) => ({ completedAtMs: START + minutes * 60_000 });
    await store.save(
      aBatch({
        runs: [
          aRun({ runId: 1, ...at(1) }),
          aRun({ runId: 2, ...at(2) }),
          aRun({ runId: 3, ...at(3), event: "schedule" }),
          aRun({ runId: 4, ...at(4), workflowId: 71 }),
          aRun({ runId: 5, ...at(5), repositoryId: 8 }),
          aRun({ runId: 6, ...at(6), conclusion: null }),
          aRun({ runId: 7, ...at(7) }),
          aRun({ runId: 8, ...at(8) }),
        ],
      }),
    );
    const verdict = { kind: "usual", score: 0.4, threshold: 0.6, comparisons: [] } as const;
    const judged = { repositoryId: 7, runId: 2, runAttempt: 1, modelVersion: "history-1", judgedAtMs: START, verdict };
    await store.saveVerdicts([judged]);
    const [odd] = await store.attemptsOf(7);
    const earlier = await store.runsBefore(odd!, 10);
    assert.deepEqual(
      earlier.map(({ run, verdictKind }) => [run.runId, verdictKind]),
      [
        [2, "usual"],
        [1, null],
      ],
    );
    assert.equal((await store.runsBefore(odd!, 1)).length, 1);
    assert.deepEqual(await store.runsBefore({ ...odd!, event: null }, 10), []);
  });

  storeTest("a workflow's file is known by its id", async (store) => {
    await store.save(aBatch());
    assert.equal(await store.workflowPath(7, 70), ".github/workflows/ci.yml");
    assert.equal(await store.workflowPath(7, 71), null);
  });
}
