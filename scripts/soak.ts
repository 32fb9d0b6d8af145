import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";

/**
 * The tests that kill processes, with many more kills than every test run has time for. Keeps what came out in
 * benchmarks/results/soak.md. `npm run soak -- 500` sets the number of kills.
 */
const SUITES = [
  "packages/oddrun/src/adapters/store/sqlite-processes.test.ts",
  "packages/oddrun/src/adapters/model-registry/model-folder.test.ts",
];
const kills = process.argv[2] ?? "200";
const root = new URL("..", import.meta.url).pathname;
const lines: string[] = [];
let isGreen = true;
for (const suite of SUITES) {
  process.stderr.write(`${suite}, ${kills} kills\n`);
  const started = performance.now();
  const { stdout, status } = spawnSync(
    process.execPath,
    ["--test", "--test-reporter=./scripts/count-reporter.mjs", suite],
    { cwd: root, encoding: "utf8", env: { ...process.env, ODDRUN_KILL_ROUNDS: kills } },
  );
  isGreen &&= status === 0;
  const seconds = Math.round((performance.now() - started) / 1000);
  lines.push(`| \`${suite}\` | ${kills} | ${stdout.trim().split("\n").at(-1)} | ${seconds} |`);
  if (status !== 0) process.stderr.write(stdout);
}
const page = `# Soak

\`npm run soak\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}.

| suite | kills | outcome | seconds |
|---|--:|---|--:|
${lines.join("\n")}
`;
writeFileSync(new URL("../benchmarks/results/soak.md", import.meta.url), page);
process.stdout.write(page);
process.exitCode = isGreen ? 0 : 1;
