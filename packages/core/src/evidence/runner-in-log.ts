import type { RunnerChange, RunnerFacts } from "./evidence.ts";
import { logLines } from "./log-lines.ts";

const CHARS_MAX = 120;
const NOTHING: RunnerFacts = {
  image: null,
  imageVersion: null,
  runnerVersion: null,
  operatingSystem: null,
  region: null,
  runnerName: null,
  runnerGroup: null,
  machineName: null,
};

/** Lines of the set-up that stand by themselves: "Current runner version: '2.336.0'". */
const QUOTED: Readonly<Record<string, keyof RunnerFacts>> = {
  "Current runner version": "runnerVersion",
  "Runner name": "runnerName",
  "Runner group name": "runnerGroup",
  "Machine name": "machineName",
};

/** Lines within groups of the set-up; images were called virtual environments once. */
const GROUPED: Readonly<Record<string, Readonly<Record<string, keyof RunnerFacts>>>> = {
  "Runner Image": { Image: "image", Version: "imageVersion" },
  "Virtual Environment": { Environment: "image", Version: "imageVersion" },
  "Runner Image Provisioner": { "Azure Region": "region" },
};

/**
 * The machine as the set-up part of the job's log tells of it; null when there is no such part. Only the runner writes there: what
 * a step prints is not believed.
 */
export function runnerInLog(log: string): RunnerFacts | null {
  const facts: { -readonly [Key in keyof RunnerFacts]: RunnerFacts[Key] } = { ...NOTHING };
  const system: string[] = [];
  for (const { text, group, isSetUp } of logLines(log)) {
    if (!isSetUp) break;
    if (text.startsWith("##[")) continue;
    if (group === "Operating System") {
      if (system.length < 4) system.push(text.trim());
    } else if (group === null) {
      const [, name = "", value = ""] = /^([A-Z][A-Za-z ]{1,30}): '([^']*)'$/.exec(text) ?? [];
      const key = ownValue(QUOTED, name);
      if (key !== undefined) facts[key] = known(value);
    } else {
      const [, name = "", value = ""] = /^([A-Z][A-Za-z ]{1,30}): (.*)$/.exec(text) ?? [];
      const key = ownValue(ownValue(GROUPED, group) ?? {}, name);
      if (key !== undefined) facts[key] = known(value);
    }
  }
  facts.operatingSystem = known(system.join(" "));
  if (facts.image !== null) {
    // GitHub makes these machines anew for every job
    facts.runnerName = null;
    facts.machineName = null;
  }
  return Object.values(facts).every((value) => value === null) ? null : facts;
}

function ownValue<Value>(of: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(of, key) ? of[key] : undefined;
}

/** Secrets come as "***". */
function known(value: string): string | null {
  const text = value.trim().slice(0, CHARS_MAX);
  return text === "" || text.includes("***") ? null : text;
}

/** What both logs tell, and tell differently. */
export function runnerChanges(before: RunnerFacts, now: RunnerFacts): readonly RunnerChange[] {
  return (Object.keys(NOTHING) as (keyof RunnerFacts)[]).flatMap((what) => {
    const from = before[what];
    const to = now[what];
    if (from === null || to === null || from === to) return [];
    return isForOneJob(from) && isForOneJob(to) ? [] : [{ what, from, to }];
  });
}

/** Runners in Kubernetes are made for one job and named by chance. */
const isForOneJob = (name: string): boolean => /-[a-z0-9]{5}-runner-[a-z0-9]{5}$/.test(name);
