import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { prepareModel } from "./cold-score.ts";
import { type Bench, type Figure, inTurn, median } from "./figure.ts";
import { ODDRUN, peer } from "./run-process.ts";

const ROUNDS = 3;
const CONNECTIONS = 64;
const SECONDS = 4;

interface Load {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errorCount: number;
}

/** `POST /score` beside a bare node:http server that parses and answers JSON of the same size; wrk on the same cores. */
export const http: Bench = {
  name: "http",
  async run({ folder, say }) {
    if (spawnSync("wrk", ["--version"]).error !== undefined) {
      say("SKIPPED http: there is no wrk on the PATH");
      return [];
    }
    prepareModel(folder);
    const ours = await startServer([ODDRUN, "serve", "--port", "0", "--model-dir", "model"], folder);
    const theirs = await startServer([peer("echo-server.mjs")], folder);
    try {
      const figures: Figure[] = [];
      for (const recordCount of [1, 100]) {
        say(`${recordCount} records a request`);
        const script = join(folder, `post-${recordCount}.lua`);
        writeFileSync(script, postScript(recordCount));
        load(`${ours.url}/score`, script, 1);
        load(theirs.url, script, 1);
        const loads = await inTurn(
          ROUNDS,
          () => load(`${ours.url}/score`, script, SECONDS),
          () => load(theirs.url, script, SECONDS),
        );
        const errorCount = loads.ours.reduce((sum, one) => sum + one.errorCount, 0);
        figures.push({
          name: `HTTP requests, ${recordCount} ${recordCount === 1 ? "record" : "records"} each`,
          unit: "requests/s",
          peer: "node:http that parses and echoes",
          ours: loads.ours.map(({ perSecond }) => perSecond),
          theirs: loads.theirs.map(({ perSecond }) => perSecond),
          note: `wrk, ${CONNECTIONS} connections; p50 ${latency(loads.ours, "p50Ms")} (${latency(loads.theirs, "p50Ms")}) ms, p99 ${latency(loads.ours, "p99Ms")} (${latency(loads.theirs, "p99Ms")}) ms, ${errorCount} errors`,
        });
      }
      return figures;
    } finally {
      ours.process.kill("SIGTERM");
      theirs.process.kill("SIGTERM");
    }
  },
};

function latency(loads: readonly Load[], which: "p50Ms" | "p99Ms"): string {
  return median(loads.map((one) => one[which])).toFixed(1);
}

async function startServer(args: readonly string[], cwd: string): Promise<{ url: string; process: ChildProcess }> {
  const server = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(server.stdout, "data")) as [Buffer];
  return { url: /http:\/\/[\d.]+:\d+/.exec(said.toString())![0], process: server };
}

function postScript(recordCount: number): string {
  const data = Array.from({ length: recordCount }, (_, row) => {
    // all but one in fifty as in training: an odd row is answered with its reason too
    const isOdd = row % 50 === 7;
    const duration = isOdd ? 900 : 260 + ((row * 37) % 80);
    return { build_id: `build_${row}`, duration, failure_rate: isOdd ? 0.4 : 0.03 + (row % 5) / 100 };
  });
  return `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = [[${JSON.stringify({ data })}]]
`;
}

function load(url: string, script: string, seconds: number): Load {
  const result = spawnSync("wrk", ["-t1", `-c${CONNECTIONS}`, `-d${seconds}s`, "--latency", "-s", script, url], {
    encoding: "utf8",
  });
  const number = (pattern: RegExp) => Number(pattern.exec(result.stdout)?.[1] ?? Number.NaN);
  const time = (percent: string) => {
    const [, value, unit] = new RegExp(`${percent}%\\s+([\\d.]+)(us|ms|s)`).exec(result.stdout) ?? [];
    return Number(value) * { us: 0.001, ms: 1, s: 1000 }[unit as "us" | "ms" | "s"];
  };
  const failed = /Non-2xx or 3xx responses: (\d+)/.exec(result.stdout)?.[1] ?? "0";
  const broken = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(result.stdout) ?? [];
  return {
    perSecond: number(/Requests\/sec:\s+([\d.]+)/),
    p50Ms: time("50"),
    p99Ms: time("99"),
    errorCount: Number(failed) + broken.slice(1).reduce((sum, count) => sum + Number(count), 0),
  };
}
