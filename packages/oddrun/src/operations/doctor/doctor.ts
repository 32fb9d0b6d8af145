import { Problem } from "../problems.ts";
import { printable } from "../text/visible-text.ts";

/** "warning" is worth mending and stops nothing; "skipped" was not looked at. */
export type CheckStatus = "ok" | "warning" | "failed" | "skipped";

/** What a failure of the check means for the exit code: settings of this installation, its store and disk, or something remote. */
export type CheckArea = "settings" | "store" | "remote";

export interface CheckOutcome {
  readonly status: CheckStatus;
  /** What was found, in one line. */
  readonly found: string;
  /** What to do about it; a failure without it says so in `found`. */
  readonly mend?: string;
  /** Further lines to read or copy, such as the inputs for Terraform. */
  readonly details?: readonly string[];
}

/** One thing that is looked at. A problem that it throws is its failure. */
export interface DoctorCheck {
  readonly name: string;
  readonly area: CheckArea;
  readonly look: () => Promise<CheckOutcome>;
}

export interface CheckResult extends CheckOutcome {
  readonly name: string;
  readonly area: CheckArea;
}

export interface DoctorOptions {
  /** Ends work that takes too long: null when it did. */
  readonly within: <T>(work: Promise<T>) => Promise<T | null>;
  /** Told of each check when it is done. */
  readonly onDone?: (doneCount: number, count: number) => void;
}

/** Looks at everything at once, and answers in the order given: no check hides another, however it ends. */
export async function examine(checks: readonly DoctorCheck[], options: DoctorOptions): Promise<readonly CheckResult[]> {
  let doneCount = 0;
  return await Promise.all(
    checks.map(async ({ name, area, look }) => {
      const outcome = (await options.within(outcomeOf(look))) ?? TOO_SLOW;
      doneCount += 1;
      options.onDone?.(doneCount, checks.length);
      return { name, area, ...outcome };
    }),
  );
}

const TOO_SLOW: CheckOutcome = {
  status: "failed",
  found: "no answer in time",
  mend: "Check the network and HTTPS_PROXY, and try again.",
};

/** Where what a problem tells of is mended, when that is not plain from the check. */
const AREAS: Readonly<Record<number, CheckArea>> = { 2: "settings", 4: "remote", 5: "store" };

async function outcomeOf(look: () => Promise<CheckOutcome>): Promise<CheckOutcome & { readonly area?: CheckArea }> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Problem) {
      const area = AREAS[error.exitCode];
      return { status: "failed", found: error.message, ...(area === undefined ? {} : { area }) };
    }
    const text = error instanceof Error ? error.message : String(error);
    return { status: "failed", found: `an unforeseen error: ${printable(text, 200)}`, mend: "Please report it." };
  }
}

/** The outcome of a check that another one's failure makes pointless. */
export function blockedBy(name: string): CheckOutcome {
  return { status: "skipped", found: `not looked at: "${name}" comes first` };
}

/** The exit code: what is nearest is to be mended first, settings before the store before what is remote. */
export function doctorExitCode(results: readonly CheckResult[]): 0 | 2 | 4 | 5 {
  const failed = new Set(results.filter(({ status }) => status === "failed").map(({ area }) => area));
  if (failed.has("settings")) return 2;
  if (failed.has("store")) return 5;
  return failed.has("remote") ? 4 : 0;
}

/** The results as text for people: a line for each, with what to do below those that need it. */
export function doctorText(results: readonly CheckResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.flatMap(({ name, status, found, mend, details = [] }) => [
    `${status.padEnd(7)}  ${name.padEnd(width)}  ${found}`,
    ...(mend === undefined ? [] : [`${" ".repeat(width + 11)}To mend: ${mend}`]),
    ...details.map((detail) => `${" ".repeat(width + 11)}${detail}`),
  ]);
  const count = (wanted: CheckStatus) => results.filter(({ status }) => status === wanted).length;
  const counts = `${count("ok")} ok, ${count("warning")} to look at, ${count("failed")} failed, ${count("skipped")} skipped`;
  return `${[...lines, "", counts].join("\n")}\n`;
}

/** Work that is done once, however many checks wait for it. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | null = null;
  return () => (begun ??= work());
}

/** What the work gave, or null when it failed: for checks that build on one whose own line tells of the failure. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch {
    return null;
  }
}

const CLOCK_WARNING_MS = 30_000;
/** Entra and GitHub forgive a clock that is some minutes off, and no more. */
const CLOCK_FAILED_MS = 5 * 60_000;

/** How far this machine's clock is from the one that an answer's Date header told; `aheadMs` is how far that one is ahead. */
export function clockOutcome(aheadMs: number, whose: string): CheckOutcome {
  const seconds = Math.round(Math.abs(aheadMs) / 1_000);
  const found = seconds <= 1 ? `agrees with ${whose}` : `${seconds} s ${aheadMs > 0 ? "behind" : "ahead of"} ${whose}`;
  if (Math.abs(aheadMs) < CLOCK_WARNING_MS) return { status: "ok", found };
  const status = Math.abs(aheadMs) < CLOCK_FAILED_MS ? "warning" : "failed";
  return {
    status,
    found,
    mend: "Set this machine's clock (NTP): tokens hold for a time only, and a wrong clock makes them invalid.",
  };
}
