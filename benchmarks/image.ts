/**
 * What the scoring image adds to its base, and how long its server takes until it is ready, beside the least that a server in Node
 * can be and beside the same server from the installed packages. Keeps what it finds in benchmarks/results/image.{json,md}.
 */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleScoringServer, SERVER_FILE } from "../scripts/scoring-bundle.ts";
import { inTurn, median } from "./bench/figure.ts";
import { ODDRUN, runNode } from "./bench/run-process.ts";
import { machine } from "./machine.ts";

const ROOT = resolve(import.meta.dirname, "..");
const ROUNDS = 21;
const ADDED_MIB_MAX = 40;
const READY_MS_MAX = 1000;
const SERVE = ["serve", "--scoring-only"];
const FLOOR = `require("node:http").createServer((_, answer) => answer.end("{}")).listen(0, "127.0.0.1", function () {
  console.log("http://127.0.0.1:" + this.address().port + " ");
});`;

interface Start {
  /** From the start of the process to the first 200 of the readiness route. */
  readonly readyMs: number;
  /** Processor time until then; null where it can't be told. */
  readonly cpuMs: number | null;
}

const folder = mkdtempSync(join(tmpdir(), "oddrun-image-bench-"));
try {
  const image = join(folder, "image");
  const packages = await bundleScoringServer(image);
  runNode([ODDRUN, "train", "--data-dir", "data"], folder);
  const model = join(folder, "model");
  const load = loadavg()[0] ?? 0;
  const installed: Start[] = [];
  const { ours, theirs } = await inTurn(
    ROUNDS,
    () => start([join(image, SERVER_FILE), ...SERVE], model),
    async () => {
      installed.push(await start([ODDRUN, ...SERVE], model));
      return await start(["-e", FLOOR], model);
    },
  );
  const result = {
    date: new Date().toISOString().slice(0, 16),
    machine: machine(),
    load: Math.round(load * 10) / 10,
    added: sizeOf(filesIn(image)),
    packageCount: packages.length,
    installedSize: sizeInstalled(),
    ours,
    installed,
    floor: theirs,
  };
  writeFileSync(join(import.meta.dirname, "results/image.json"), `${JSON.stringify(result, null, 2)}\n`);
  writeFileSync(join(import.meta.dirname, "results/image.md"), page(result));
  process.stdout.write(page(result));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function start(args: readonly string[], model: string): Promise<Start> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { AZUREML_MODEL_DIR: model, ODDRUN_PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const url = /http:\S+/.exec(String(line))![0];
  const answer = await fetch(`${url}/health/ready`, { headers: { connection: "close" } });
  await answer.text();
  const readyMs = performance.now() - startedAt;
  const cpuMs = cpuOf(child.pid!);
  child.kill();
  await ended;
  if (!answer.ok) throw new Error(`node ${args.join(" ")} was not ready: ${answer.status}`);
  return { readyMs, cpuMs };
}

/** Linux counts it in hundredths of a second. */
function cpuOf(pid: number): number | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return null;
  }
}

interface Size {
  readonly bytes: number;
  readonly fileCount: number;
}

function sizeOf(files: readonly string[]): Size {
  return { bytes: files.reduce((sum, file) => sum + lstatSync(file).size, 0), fileCount: files.length };
}

function filesIn(place: string): string[] {
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What an image with `oddrun` and its packages installed would hold instead; of our own packages what is compiled. */
function sizeInstalled(): Size {
  const args = ["ls", "--omit=dev", "--omit=optional", "--all", "--parseable", "--workspace", "packages/oddrun"];
  const listed = execFileSync("npm", args, { cwd: ROOT, encoding: "utf8" }).trim().split("\n");
  const theirs = listed.filter((place) => place.includes("/node_modules/") && !lstatSync(place).isSymbolicLink());
  // a package inside another's folder is listed by itself
  const files = theirs.flatMap((place) =>
    filesIn(place).filter((file) => !file.slice(place.length).includes("/node_modules/")),
  );
  const own = ["core", "oddrun"].flatMap((name) => filesIn(join(ROOT, "packages", name, "dist")));
  return sizeOf([...files, ...own.filter((file) => !/\.(test|contract)\.|\.tsbuildinfo$/.test(file))]);
}

function page(result: {
  readonly date: string;
  readonly machine: string;
  readonly load: number;
  readonly added: Size;
  readonly packageCount: number;
  readonly installedSize: Size;
  readonly ours: readonly Start[];
  readonly installed: readonly Start[];
  readonly floor: readonly Start[];
}): string {
  const mib = result.added.bytes / 2 ** 20;
  const { bytes, fileCount } = result.installedSize;
  const ready = median(result.ours.map(({ readyMs }) => readyMs));
  const slowest = Math.max(...result.ours.map(({ readyMs }) => readyMs));
  const isMet = (holds: boolean) => (holds ? "met" : "MISSED");
  const row = (what: string, starts: readonly Start[]) => {
    const cpus = starts.flatMap(({ cpuMs }) => (cpuMs === null ? [] : [cpuMs]));
    const cpu = cpus.length === 0 ? "-" : `${Math.round(median(cpus))} ms`;
    return `| ${what} | ${Math.round(median(starts.map(({ readyMs }) => readyMs)))} ms | ${cpu} |`;
  };
  return `# The scoring image

Written by \`node benchmarks/image.ts\`. ${result.machine}, ${result.date} UTC, load ${result.load} at the start.

- Added to the base: ${mib.toFixed(1)} MiB in ${result.added.fileCount} files, ${result.packageCount} packages bundled (at most ${ADDED_MIB_MAX} MiB: ${isMet(mib <= ADDED_MIB_MAX)}). The installed packages would be ${(bytes / 2 ** 20).toFixed(1)} MiB in ${fileCount} files.
- Ready with the model of AZUREML_MODEL_DIR after ${Math.round(ready)} ms, the slowest of ${result.ours.length} after ${Math.round(slowest)} ms (under ${READY_MS_MAX} ms: ${isMet(slowest < READY_MS_MAX)}).

Medians of ${result.ours.length} starts each, in turn, from the start of the process to the first 200 of the readiness route:

| what | ready | processor time until then |
|---|--:|--:|
${row("the scoring image's server", result.ours)}
${row("the same server, from the installed packages", result.installed)}
${row("floor: `node -e` with an HTTP server that answers {}", result.floor)}
`;
}
