import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { randomBytes } from "node:crypto";
import { seededRandom } from "@oddrun/core";
import { simulateOrganisation } from "@oddrun/core/simulation";
import { FIRST_HOUR, hourMs, LAST_HOUR, SEED, START } from "./ninety-days-plan.ts";
import { type Receipt, startReceivers } from "./receivers.ts";

/** How often the process is killed, and what becomes of its store then. */
export interface Hardship {
  readonly kills: number;
  /** As the Actions cache keeps it: a killed pass leaves the store as it was some hours before. */
  readonly isThrownBack: boolean;
  /** Of the kills, so many leave no store at all. */
  readonly losses: number;
  readonly seed: number;
}

export interface Played {
  readonly receipts: readonly Receipt[];
  readonly killCount: number;
  readonly lossCount: number;
  readonly passCount: number;
  /** How long the alert part of a pass took. */
  readonly alertsMs: readonly number[];
  readonly seconds: number;
}

type Kill = {
  readonly hour: number;
  readonly at: "a moment" | "before" | "after" | "answer";
  readonly isLoss: boolean;
};
const COPY_HOURS = 6;
const FILES = ["", "-wal", "-shm"];

/** Plays the ninety days in a process of its own, which is killed again and again and started anew. */
export async function playNinetyDays(hardship: Hardship, say: (line: string) => void): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-ninety-days-"));
  const path = join(folder, "oddrun.db");
  const kept = join(folder, "kept.db");
  const ids = new Map<string, number>();
  for (const each of simulateOrganisation({ seed: SEED, startMs: START, days: 28 }).batches) {
    for (const { fullName, id } of each.repositories) ids.set(fullName, Math.abs(id));
  }
  const receivers = await startReceivers((name) => ids.get(name) ?? 0);
  const env = {
    ...process.env,
    STORE: path,
    GITHUB: receivers.url,
    ROOM: `${receivers.url}/room`,
    HOOK: `${receivers.url}/hook`,
    HOOK_KEY: randomBytes(32).toString("base64"),
    ODDRUN_ALERT_HOSTS: receivers.url,
    ODDRUN_WAIT_SCALE: "0.001",
  };
  const started = performance.now();
  const kills = killsOf(hardship);
  const alertsMs: number[] = [];
  let [killCount, lossCount, passCount] = [0, 0, 0];
  let hour = FIRST_HOUR;
  let keptHour = 0;
  let doneMs: number | null = null;
  while (hour <= LAST_HOUR) {
    const child = spawn(process.execPath, [join(import.meta.dirname, "..", "play-alert-hours.ts")], {
      env: { ...env, WATCHED_BEFORE: doneMs === null ? "" : String(doneMs) },
      stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdin.on("error", () => {});
    const closed = once(child, "close");
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    let isLoss = false;
    let isDead = false;
    const kill = (order: Kill): void => {
      if (isDead) return;
      isDead = true;
      isLoss = order.isLoss;
      kills.shift();
      killCount++;
      child.kill("SIGKILL");
    };
    for (; hour <= LAST_HOUR; hour++) {
      receivers.hour = hour;
      const [next] = kills;
      let timer: NodeJS.Timeout | undefined;
      if (next !== undefined && hour >= next.hour) {
        if (next.at === "a moment") timer = setTimeout(() => kill(next), next.hour % 97);
        receivers.onMessage = (when) => {
          if (when === next.at) kill(next);
          if (when === "after" && next.at === "answer") setTimeout(() => kill(next), 1);
        };
      } else receivers.onMessage = () => {};
      child.stdin.write(`${hour}\n`);
      const { value: line, done } = await lines.next();
      clearTimeout(timer);
      if (done === true || isDead) break;
      const told = JSON.parse(line) as { readonly alertsMs: number; readonly unsaid: readonly unknown[] };
      alertsMs.push(told.alertsMs);
      passCount++;
      doneMs = hourMs(hour);
      if (told.unsaid.length > 0) say(`hour ${hour}: ${JSON.stringify(told.unsaid)}`);
      if (hour % (24 * 10) === 0) say(`day ${hour / 24}, ${receivers.receipts.length} messages, ${killCount} kills`);
      if (hardship.isThrownBack && hour % COPY_HOURS === 0) {
        for (const file of FILES) if (existsSync(path + file)) copyFileSync(path + file, kept + file);
        keptHour = hour;
      }
    }
    child.stdin.end();
    await closed;
    if (!isDead && hour <= LAST_HOUR) throw new Error(`the process ended by itself at hour ${hour}`);
    if (isDead && isLoss) {
      lossCount++;
      for (const file of FILES) rmSync(path + file, { force: true });
      keptHour = 0;
    } else if (isDead && hardship.isThrownBack && keptHour > 0) {
      for (const file of FILES) {
        rmSync(path + file, { force: true });
        if (existsSync(kept + file)) copyFileSync(kept + file, path + file);
      }
      // what the store has not seen is collected again
      hour = keptHour + 1;
    }
  }
  await receivers.close();
  rmSync(folder, { recursive: true, force: true });
  const seconds = Math.round((performance.now() - started) / 1000);
  return { receipts: receivers.receipts, killCount, lossCount, passCount, alertsMs, seconds };
}

/** Half of them at some moment of a pass, half where a message is on its way: just before it counts, just after, or just answered. */
function killsOf({ kills, losses, seed }: Hardship): Kill[] {
  const random = seededRandom(seed);
  const hours = Array.from({ length: kills }, () => FIRST_HOUR + 12 + random.integer(LAST_HOUR - FIRST_HOUR - 24 * 7));
  const moments = ["before", "after", "answer"] as const;
  const all = hours
    .toSorted((one, other) => one - other)
    .map((hour, place): Kill => ({ hour, at: place % 2 === 0 ? "a moment" : moments[place % 3]!, isLoss: false }));
  const every = losses === 0 ? Number.POSITIVE_INFINITY : Math.floor(kills / losses);
  return all.map((kill, place) => ({ ...kill, isLoss: place % every === every - 1 }));
}
