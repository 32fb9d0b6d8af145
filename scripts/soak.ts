import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

/**
 * The tests that kill processes or try many histories, with more rounds than every test run has time for. Keeps what came out in
 * benchmarks/results/soak.md. `npm run soak -- 500` sets the number of kills, `npm run soak -- 200 stops` repeats only the
 * suites whose name has that word; the others keep what they gave last. `npm run soak -- azure` plants every fault at every request
 * to Azure, with results of their own (azure-suite/fault-matrix.ts); `npm run soak -- alerts` plays ninety days of alerts
 * (alerts-suite/ninety-days-page.ts).
 */
const SUITES: readonly { readonly file: string; readonly env: Readonly<Record<string, string>> }[] = [
  { file: "packages/oddrun/src/adapters/store/sqlite-processes.test.ts", env: {} },
  { file: "packages/oddrun/src/adapters/model-registry/model-folder.test.ts", env: {} },
  { file: "packages/oddrun/src/adapters/store/collection-processes.test.ts", env: {} },
  { file: "scripts/collect-suite/stops.test.ts", env: {} },
  { file: "scripts/collect-suite/limits.test.ts", env: { ODDRUN_TOKEN_REQUESTS: "200" } },
  { file: "scripts/collect-suite/whole-history.test.ts", env: { ODDRUN_CORPORA: "50", ODDRUN_FULL_CORPUS: "1" } },
];

interface Result {
  readonly date: string;
  readonly node: string;
  readonly settings: string;
  readonly outcome: string;
  readonly seconds: number;
  /** What the tests said, a line each. */
  readonly output: readonly string[];
}

if (process.argv[2] === "azure") {
  const { soakAzure } = await import("./azure-suite/fault-matrix.ts");
  process.exit((await soakAzure(process.argv.slice(3).join(" "))) ? 0 : 1);
}
if (process.argv[2] === "alerts") {
  const { soakAlerts } = await import("./alerts-suite/ninety-days-page.ts");
  process.exit((await soakAlerts()) ? 0 : 1);
}
const kills = process.argv[2] ?? "200";
const wanted = process.argv[3] ?? "";
const root = new URL("..", import.meta.url).pathname;
const kept = new URL("../benchmarks/results/soak.json", import.meta.url);
const results: Record<string, Result> = existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {};
let isGreen = true;
for (const { file, env } of SUITES.filter(({ file }) => file.includes(wanted))) {
  const all = { ODDRUN_KILL_ROUNDS: kills, ...env };
  const settings = Object.entries(all).map(([name, value]) => `${name}=${value}`);
  process.stderr.write(`${file}, ${settings.join(" ")}\n`);
  const started = performance.now();
  const { stdout, status } = spawnSync(process.execPath, ["--test", "--test-reporter=spec", file], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...all },
    maxBuffer: 64 * 1024 * 1024,
  });
  isGreen &&= status === 0;
  const count = (word: string): string => new RegExp(`^ℹ ${word} (\\d+)$`, "m").exec(stdout)?.[1] ?? "?";
  results[file] = {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    settings: settings.join(" "),
    outcome: `${count("pass")} passed, ${count("fail")} failed`,
    seconds: Math.round((performance.now() - started) / 1000),
    output: stdout
      .split("\n")
      .filter((line) => /^\s*[✔✖ℹ]/.test(line) && !/^ℹ (tests|suites|cancelled|skipped|todo) /.test(line)),
  };
  if (status !== 0) process.stderr.write(stdout);
}
const rows = Object.entries(results).map(
  ([file, { date, settings, outcome, seconds }]) => `| \`${file}\` | ${settings} | ${date} | ${outcome} | ${seconds} |`,
);
const outputs = Object.entries(results)
  .filter(([, { output }]) => output.length > 0)
  .map(([file, { output }]) => `\`${file}\`:\n\n\`\`\`\n${output.join("\n")}\n\`\`\`\n`);
const page = `# Soak

\`npm run soak\`, Node ${process.version}, on a machine that other work shares: the seconds say little.

| suite | settings | date | outcome | seconds |
|---|---|---|---|--:|
${rows.join("\n")}

What the tests said:

${outputs.join("\n")}`;
writeFileSync(kept, `${JSON.stringify(results, null, 2)}\n`);
writeFileSync(new URL("../benchmarks/results/soak.md", import.meta.url), page);
process.stdout.write(page);
process.exitCode = isGreen ? 0 : 1;
