/** What the generated repositories run. */
export interface WorkflowTemplate {
  readonly name: string;
  readonly file: string;
  readonly event: string;
  /** Its share of a repository's runs, against the other templates. */
  readonly weight: number;
  /** Of a usual attempt, in seconds. */
  readonly workS: number;
  readonly jobs: readonly JobTemplate[];
  /** Its last stage waits for an approval. */
  readonly environment: string | null;
}

export interface JobTemplate {
  readonly name: string;
  /** How GitHub names it when it is skipped before its matrix is worked out. */
  readonly rawName: string | null;
  /** From 0; a stage begins when the one before has ended. */
  readonly stage: number;
  readonly labels: readonly string[];
  readonly group: string;
  readonly steps: readonly (readonly [name: string, share: number])[];
}

const HOSTED = "GitHub Actions";
const CHECKOUT = ["Run actions/checkout@v5", 1] as const;
const NODE = ["Run actions/setup-node@v5", 2] as const;

const test = (os: string, node: number): JobTemplate => ({
  name: `test (${os}, ${node})`,
  rawName: "test (${{ matrix.os }}, ${{ matrix.node }})",
  stage: 1,
  labels: [os],
  group: HOSTED,
  steps: [CHECKOUT, NODE, ["Run npm ci", 6], ["Run tests", 20]],
});

const CI: WorkflowTemplate = {
  name: "CI",
  file: "ci.yml",
  event: "push",
  weight: 62,
  workS: 300,
  environment: null,
  jobs: [
    {
      name: "lint",
      rawName: null,
      stage: 0,
      labels: ["ubuntu-latest"],
      group: HOSTED,
      steps: [CHECKOUT, NODE, ["Run npm run lint", 8]],
    },
    test("ubuntu-latest", 22),
    test("windows-latest", 22),
  ],
};

const ANALYSIS: WorkflowTemplate = {
  name: "CodeQL",
  file: "codeql.yml",
  event: "pull_request",
  weight: 14,
  workS: 420,
  environment: null,
  jobs: [
    {
      name: "Analyze (javascript)",
      rawName: "Analyze (${{ matrix.language }})",
      stage: 0,
      labels: ["ubuntu-24.04"],
      group: HOSTED,
      steps: [CHECKOUT, ["Initialize CodeQL", 5], ["Perform CodeQL Analysis", 30]],
    },
  ],
};

const nightly = (where: string, label: string): JobTemplate => ({
  name: `Nightly (${where}, x64) / Run`,
  rawName: "Nightly (${{ matrix.where }}, x64)",
  stage: 0,
  labels: ["self-hosted", label],
  group: "Big machines",
  steps: [CHECKOUT, ["Build everything", 30], ["Run benchmarks", 50]],
});

const NIGHTLY: WorkflowTemplate = {
  name: "Nightly",
  file: "nightly.yml",
  event: "schedule",
  weight: 8,
  workS: 2400,
  environment: null,
  jobs: [
    nightly("linux", "linux"),
    nightly("arm", "arm64"),
    {
      name: "report",
      rawName: null,
      stage: 1,
      labels: ["ubuntu-latest"],
      group: HOSTED,
      steps: [CHECKOUT, ["Write the report", 4]],
    },
  ],
};

const RELEASE: WorkflowTemplate = {
  name: "Release",
  file: "release.yml",
  event: "workflow_dispatch",
  weight: 6,
  workS: 500,
  environment: "production",
  jobs: [
    {
      name: "build",
      rawName: null,
      stage: 0,
      labels: ["ubuntu-latest"],
      group: HOSTED,
      steps: [CHECKOUT, NODE, ["Run npm run build", 20]],
    },
    {
      name: "Deploy / Publish",
      rawName: null,
      stage: 1,
      labels: ["ubuntu-latest"],
      group: HOSTED,
      steps: [CHECKOUT, ["Publish", 10]],
    },
  ],
};

const LABELS: WorkflowTemplate = {
  name: ".github/workflows/labels.yml",
  file: "labels.yml",
  event: "pull_request_target",
  weight: 10,
  workS: 12,
  environment: null,
  jobs: [
    {
      name: "label",
      rawName: null,
      stage: 0,
      labels: ["ubuntu-slim"],
      group: HOSTED,
      steps: [["Run actions/labeler@v6", 3]],
    },
  ],
};

export const TEMPLATES: readonly WorkflowTemplate[] = [CI, ANALYSIS, NIGHTLY, RELEASE, LABELS];

/** A matrix of so many jobs. */
export function matrixTemplate(jobCount: number): WorkflowTemplate {
  return {
    name: `Matrix of ${jobCount}`,
    file: `matrix-${jobCount}.yml`,
    event: "workflow_dispatch",
    weight: 0,
    workS: 900,
    environment: null,
    jobs: Array.from({ length: jobCount }, (_, at) => ({
      name: `cell (${Math.floor(at / 20)}, ${at % 20})`,
      rawName: "cell (${{ matrix.row }}, ${{ matrix.column }})",
      stage: 0,
      labels: ["ubuntu-latest"],
      group: HOSTED,
      steps: [CHECKOUT, ["Run the cell", 10]],
    })),
  };
}

/** The workflow file; the later version has a newer checkout and one step more. */
export function workflowFile(template: WorkflowTemplate, version: 1 | 2): string {
  const lines = [`name: ${template.name}`, `on: [${template.event}]`, "jobs:"];
  template.jobs.slice(0, 4).forEach((job, at) => {
    const [first = ""] = job.labels;
    lines.push(
      `  job${at + 1}:`,
      `    name: ${JSON.stringify(job.name)}`,
      `    runs-on: ${job.labels.length === 1 ? first : `[${job.labels.join(", ")}]`}`,
      "    steps:",
      `      - uses: actions/checkout@v${version === 1 ? 4 : 5}`,
      "      - uses: actions/cache@v4",
      "        with: { path: node_modules, key: npm }",
      ...(version === 2 ? ["      - run: npm audit"] : []),
      ...job.steps
        .filter(([name]) => !name.startsWith("Run actions/"))
        .map(([name]) => `      - run: ${JSON.stringify(name)}`),
    );
  });
  return `${lines.join("\n")}\n`;
}
