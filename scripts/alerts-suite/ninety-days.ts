import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { randomBytes } from "node:crypto";
import { seededRandom } from "@oddrun/core";
import { simulateOrganisation } from "@oddrun/core/simulation";
import type { KeptIssue } from "./github-receiver.ts";
import { FIRST_HOUR, hourMs, LAST_HOUR, SEED, START, STEP_HOURS, WAIT_SCALE } from "./ninety-days-plan.ts";
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
  /** As they are at the end. */
  readonly issues: readonly KeptIssue[];
  /** Of the stand-in's log, by kind and answer; 0 where the connection was cut with the client. */
  readonly requests: Readonly<Record<string, number>>;
  /** What went on at each kill. */
  readonly killed: readonly { readonly hour: number; readonly at: Kill["at"]; readonly what: string }[];
  readonly killCount: number;
  readonly lossCount: number;
  readonly passCount: number;
  /** How long the alert part of a pass took. */
  readonly alertsMs: readonly number[];
  readonly seconds: number;
}

interface Kill {
  /** At the first fit moment from then on. */
  readonly hour: number;
  readonly at: "a moment" | "before" | "after" | "answer" | "created" | "looks" | "marks";
  readonly isLoss: boolean;
}
const COPY_HOURS = 6;
const FILES = ["", "-wal", "-shm"];

/** Plays the ninety days in a process of its own, which is killed again and again and started anew. */
export async function playNinetyDays(hardship: Hardship, say: (line: string) => void): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-ninety-days-"));
  const path = join(folder, "oddrun.db");
  const kept = join(folder, "kept.db");
  const repositories = new Map<string, { readonly id: number; readonly fullName: string }>();
  for (const batch of simulateOrganisation({ seed: SEED, startMs: START, days: 28 }).batches)
    for (const { fullName, id } of batch.repositories) repositories.set(fullName, { id: Math.abs(id), fullName });
  const receivers = await startReceivers([...repositories.values()]);
  const { github } = receivers;
  const env = {
    ...process.env,
    STORE: path,
    GITHUB: github.standIn.url,
    GITHUB_TOKEN: github.token,
    NEXT: `${receivers.url}/next`,
    ROOM: `${receivers.url}/room`,
    HOOK: `${receivers.url}/hook`,
    HOOK_KEY: randomBytes(32).toString("base64"),
    ODDRUN_ALERT_HOSTS: receivers.url,
    ODDRUN_WAIT_SCALE: String(WAIT_SCALE),
  };
  const started = performance.now();
  const kills = killsOf(hardship);
  const killed: Played["killed"][number][] = [];
  const alertsMs: number[] = [];
  let passMs = 100;
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
    const kill = (order: Kill, what: string): void => {
      if (isDead) return;
      isDead = true;
      isLoss = order.isLoss;
      kills.splice(kills.indexOf(order), 1);
      killed.push({ hour, at: order.at, what });
      killCount++;
      child.kill("SIGKILL");
    };
    const due = (at: Kill["at"]): Kill | undefined => kills.find((order) => order.at === at && hour >= order.hour);
    receivers.isKilledAt = (when, what) => {
      if (isDead) return false;
      const soon = when === "marks" ? due("marks") : when === "after" ? due("answer") : undefined;
      if (soon !== undefined) setTimeout(() => kill(soon, what), soon.hour % 4);
      const order = when === "marks" ? undefined : due(when);
      if (order !== undefined) kill(order, what);
      return order !== undefined;
    };
    for (; hour <= LAST_HOUR; hour += STEP_HOURS) {
      receivers.hour = hour;
      github.moveTo(hourMs(hour));
      // what no moment fitted until the last days
      const order = due("a moment") ?? (hour > LAST_HOUR - 72 ? kills[0] : undefined);
      const timer = order && setTimeout(() => kill(order, "a pass"), ((order.hour % 97) / 97) * passMs);
      const begunMs = performance.now();
      child.stdin.write(`${hour}\n`);
      const { value: line, done } = await lines.next();
      clearTimeout(timer);
      if (done === true || isDead) break;
      passMs = performance.now() - begunMs;
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
      hour = keptHour + STEP_HOURS;
    }
  }
  const issues = github.issues();
  const requests = github.requestCounts();
  await receivers.close();
  rmSync(folder, { recursive: true, force: true });
  const seconds = Math.round((performance.now() - started) / 1000);
  const { receipts } = receivers;
  return { receipts, issues, requests, killed, killCount, lossCount, passCount, alertsMs, seconds };
}

/**
 * Half of them at some moment of a pass; of the others a third between an issue's creation and the store's mark of it (made and not
 * answered, looking whether another pass made one too, marking it), the rest where any message is on its way: just before it counts, just
 * after, or just answered. Issues are few, so theirs come first.
 */
function killsOf({ kills, losses, seed }: Hardship): Kill[] {
  const random = seededRandom(seed);
  const hours = Array.from({ length: kills }, () => FIRST_HOUR + 12 + random.integer(LAST_HOUR - FIRST_HOUR - 24 * 7));
  const messages = ["before", "after", "answer"] as const;
  const creations = ["created", "looks", "marks"] as const;
  const momentOf = (place: number): Kill["at"] => {
    const aimed = (place - 1) / 2;
    if (place % 2 === 0) return "a moment";
    return aimed % 2 === 0 && aimed < kills / 3 ? creations[(aimed / 2) % 3]! : messages[aimed % 3]!;
  };
  const all = hours
    .toSorted((one, other) => one - other)
    .map((hour, place): Kill => ({ hour, at: momentOf(place), isLoss: false }));
  const every = losses === 0 ? Number.POSITIVE_INFINITY : Math.floor(kills / losses);
  return all.map((kill, place) => ({ ...kill, isLoss: place % every === every - 1 }));
}
