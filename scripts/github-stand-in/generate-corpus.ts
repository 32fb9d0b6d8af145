import type { Account, Corpus, RepositoryFact, WorkflowFact } from "./corpus.ts";
import { commitSha, generatedRun, runIdOfGeneratedJob } from "./generated-run.ts";
import { createdTimes } from "./generated-times.ts";
import { matrixTemplate, TEMPLATES, workflowFile, type WorkflowTemplate } from "./workflow-templates.ts";

export const CORPUS_SIZES = ["small", "single", "full"] as const;
export type CorpusSize = (typeof CORPUS_SIZES)[number];

export interface GeneratedCorpusOptions {
  readonly seed: number;
  readonly size: CorpusSize;
  /** The end of the 90 days of history, and what "open" means; milliseconds since 1970 UTC. Give the stand-in the same. */
  readonly nowMs: number;
}

const ACCOUNTS: readonly Account[] = [
  { id: 9_000_001, login: "octo-org", type: "Organization" },
  { id: 9_000_002, login: "other-org", type: "Organization" },
  { id: 9_000_003, login: "octo-dev", type: "User" },
];

interface RepositoryOutline {
  readonly fullName: string;
  readonly runCount: number;
  /** So many of its runs come within 30 seconds. */
  readonly burst?: number;
  /** Runs with so many jobs each. */
  readonly matrices?: readonly number[];
  readonly extra?: Partial<RepositoryFact>;
  /** Its tests take longer from two thirds of the time on. */
  readonly getsSlower?: boolean;
}

/**
 * Ninety days of an organisation, made from a seed: the same seed and the same `nowMs` give the same corpus. Runs are made at once, their
 * jobs when they are asked for.
 *
 * - "full": 60 repositories, 120,000 runs, some 300,000 jobs; one repository has 45,000 runs, another a burst of 1,500 within half a
 *   minute.
 * - "small": 8 repositories and 2,000 runs of the same kinds.
 * - "single": octo-org/app with exactly 10,000 runs.
 *
 * `octo-org` has them all but two: `octo-dev/dotfiles` is a person's, and `octo-org/moved-away` now belongs to `other-org`.
 */
export function generateCorpus(options: GeneratedCorpusOptions): Corpus {
  const outlines = outlinesOf(options.size);
  let firstRun = 0;
  const repositories = outlines.map((outline, at) => {
    const repository = generateRepository(outline, at, firstRun, options);
    firstRun += outline.runCount;
    return repository;
  });
  return { accounts: ACCOUNTS, repositories, runIdOfJob: runIdOfGeneratedJob };
}

function outlinesOf(size: CorpusSize): readonly RepositoryOutline[] {
  if (size === "single") return [{ fullName: "octo-org/app", runCount: 10_000 }];
  const isFull = size === "full";
  const special: readonly RepositoryOutline[] = [
    { fullName: "octo-org/monorepo", runCount: isFull ? 45_000 : 700, matrices: [5, 88, 256, 760] },
    { fullName: "octo-org/merge-train", runCount: isFull ? 8000 : 400, burst: isFull ? 1500 : 150 },
    { fullName: "octo-org/api", runCount: isFull ? 6000 : 400, getsSlower: true },
    { fullName: "octo-org/attic", runCount: isFull ? 500 : 100, extra: { isArchived: true } },
    { fullName: "octo-org/new-name", runCount: isFull ? 1500 : 150, extra: { formerNames: ["octo-org/old-name"] } },
    { fullName: "octo-org/empty", runCount: 0 },
    { fullName: "other-org/moved-here", runCount: isFull ? 700 : 100, extra: { formerNames: ["octo-org/moved-away"] } },
    { fullName: "octo-dev/dotfiles", runCount: isFull ? 300 : 150 },
  ];
  if (!isFull) return special;
  const more: readonly RepositoryOutline[] = [
    { fullName: "octo-org/without-actions", runCount: 0, extra: { hasActions: false } },
    { fullName: "octo-org/forked-library", runCount: 400, extra: { isFork: true } },
    { fullName: "octo-org/secret", runCount: 1000, extra: { isPrivate: true } },
  ];
  const named = [...special, ...more];
  const restCount = 60 - named.length;
  const runsLeft = 120_000 - named.reduce((sum, { runCount }) => sum + runCount, 0);
  // Few large ones, many small ones.
  const weights = Array.from({ length: restCount }, (_, at) => 1 / (at + 4));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = weights.map((weight) => Math.floor((runsLeft * weight) / whole));
  counts[0]! += runsLeft - counts.reduce((sum, count) => sum + count, 0);
  return [
    ...named,
    ...counts.map((runCount, at) => ({ fullName: `octo-org/service-${String(at + 1).padStart(2, "0")}`, runCount })),
  ];
}

function generateRepository(
  outline: RepositoryOutline,
  at: number,
  firstRun: number,
  { seed, nowMs }: GeneratedCorpusOptions,
): RepositoryFact {
  const { fullName, runCount, matrices = [] } = outline;
  const [owner = "", name = ""] = fullName.split("/");
  const id = 710_000_001 + at * 37;
  const templates = [...TEMPLATES, ...matrices.map(matrixTemplate)];
  const commitCount = Math.ceil(runCount / 3);
  const workflows = templates.map((template, templateAt) => workflowFact(template, id, templateAt, commitCount));
  const times = createdTimes(seed, at, runCount, nowMs, outline.burst ?? 0);
  const shas = Array.from({ length: commitCount }, (_, commit) => commitSha(id, commit));
  const runs = Array.from(times, (createdAtMs, runAt) =>
    generatedRun({
      seed,
      nowMs,
      ordinal: firstRun + runAt,
      runNumber: runAt + 1,
      createdAtMs,
      template: matrixAt(runAt, runCount, templates),
      templates,
      workflows,
      headSha: shas[Math.floor(runAt / 3)]!,
      isSlower: outline.getsSlower === true && runAt > runCount * 0.66,
      isAmongNewest: runAt >= runCount - 3,
      isOldWaiting: runAt === Math.floor(runCount * 0.65),
    }),
  );
  return {
    id,
    owner,
    name,
    formerNames: [],
    defaultBranch: "main",
    isPrivate: false,
    isFork: false,
    isArchived: false,
    hasActions: true,
    ...outline.extra,
    workflows,
    runs,
  };
}

/** The runs with large matrices come in the middle of the history. */
function matrixAt(runAt: number, runCount: number, templates: readonly WorkflowTemplate[]): WorkflowTemplate | null {
  const place = runAt - Math.floor(runCount / 2);
  return place >= 0 && place < templates.length - TEMPLATES.length ? templates[TEMPLATES.length + place]! : null;
}

function workflowFact(template: WorkflowTemplate, repositoryId: number, at: number, commitCount: number): WorkflowFact {
  const first = { fromCommit: 0, text: workflowFile(template, 1) };
  const changed = Math.floor(commitCount * 0.6);
  return {
    id: repositoryId * 10 + at,
    name: template.name,
    path: `.github/workflows/${template.file}`,
    versions: changed === 0 ? [first] : [first, { fromCommit: changed, text: workflowFile(template, 2) }],
  };
}
