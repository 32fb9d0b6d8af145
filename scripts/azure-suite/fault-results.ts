import type { Fault, Step } from "./fault-cells.ts";
import { FAULTS } from "./fault-cells.ts";
import type { KillOutcome } from "./fault-kills.ts";
import type { PairOutcome } from "./fault-pairs.ts";

export interface KeptCell {
  readonly at: number;
  readonly step: string;
  readonly fault: Fault;
  readonly isLasting: boolean;
  readonly outcome: "absorbed" | "told";
  readonly wrong: readonly string[];
}

export interface ScenarioResult {
  readonly command: string;
  readonly date: string;
  readonly node: string;
  readonly steps: readonly Step[];
  /** What was said, how often. */
  readonly messages: Readonly<Record<string, number>>;
  readonly cells: readonly KeptCell[];
  readonly kills: readonly KillOutcome[];
  readonly pairs: readonly (PairOutcome & { readonly other: string })[];
}

export type KeptResults = Readonly<Record<string, ScenarioResult>>;

/** "a": absorbed, "t": told; once before the stroke, lasting behind it. */
export function cellText(cells: readonly KeptCell[]): string {
  const [once, lasting] = [false, true].map((isLasting) => {
    const outcomes = new Set(cells.filter((cell) => cell.isLasting === isLasting).map(({ outcome }) => outcome[0]));
    return ["a", "t"].filter((letter) => outcomes.has(letter)).join("");
  });
  const text = once === lasting ? once! : `${once}/${lasting}`;
  return cells.some(({ wrong }) => wrong.length > 0) ? `${text} WRONG` : text;
}

/** One row a step, all scenarios together, in the order they are first asked for. */
export function matrixTable(results: KeptResults): string {
  const all = Object.values(results).flatMap(({ cells }) => cells);
  const steps = [...new Set(all.map(({ step }) => step))];
  const rows = steps.map((step) => {
    const own = all.filter((cell) => cell.step === step);
    return `| ${step} | ${FAULTS.map((fault) => cellText(own.filter((cell) => cell.fault === fault))).join(" | ")} |`;
  });
  return [`| request | ${FAULTS.join(" | ")} |`, `|---|${FAULTS.map(() => "---|").join("")}`, ...rows].join("\n");
}

/** What was tried and what came of it, one row a scenario. */
export function countTable(results: KeptResults): string {
  const rows = Object.values(results).map(({ command, steps, cells, kills, pairs }) => {
    const absorbed = cells.filter(({ outcome }) => outcome === "absorbed").length;
    const wrong = [...cells, ...kills, ...pairs].filter((each) => each.wrong.length > 0).length;
    const told = cells.length - absorbed;
    return `| \`${command.split(",")[0]!}\`${command.slice(command.split(",")[0]!.length)} | ${steps.length} | ${cells.length} | ${absorbed} | ${told} | ${kills.length} | ${pairs.length} | ${wrong} |`;
  });
  const head = ["command", "requests", "faults", "absorbed", "told", "kills", "two at once", "broken promises"];
  return [`| ${head.join(" | ")} |`, `|---|${"--:|".repeat(head.length - 1)}`, ...rows].join("\n");
}

/** The page of raw results. */
export function resultsPage(results: KeptResults): string {
  const messages = new Map<string, number>();
  for (const { messages: own } of Object.values(results)) {
    for (const [message, count] of Object.entries(own)) messages.set(message, (messages.get(message) ?? 0) + count);
  }
  const each = Object.entries(results).map(([name, { command, date, node, steps, cells, kills, pairs }]) => {
    const rows = steps.map(({ at, step, method, host }) => {
      const own = cells.filter((cell) => cell.at === at);
      const texts = FAULTS.map((fault) => cellText(own.filter((cell) => cell.fault === fault)));
      const killed = kills.filter((kill) => kill.at === at).map(({ wrong }) => (wrong.length === 0 ? "ok" : "WRONG"));
      return `| ${at} | ${step} | ${method} ${host} | ${texts.join(" | ")} | ${killed.join(" ")} |`;
    });
    const exits = new Map<string, number>();
    for (const { exitCodes, other, wrong } of pairs) {
      const key = `with ${other}: exit codes ${exitCodes.join(" and ")}${wrong.length === 0 ? "" : ", WRONG"}`;
      exits.set(key, (exits.get(key) ?? 0) + 1);
    }
    const table = [
      `| | request | | ${FAULTS.join(" | ")} | killed before, after |`,
      `|--:|---|---|${FAULTS.map(() => "---|").join("")}---|`,
      ...rows,
    ];
    const twice = [...exits].map(([what, count]) => `- ${count} x ${what}`);
    return `## ${name}\n\n\`${command}\`, ${date}, Node ${node}\n\n${table.join("\n")}\n\nTwo at once, the second from each request of the first on:\n\n${twice.join("\n")}\n`;
  });
  const said = [...messages].sort(([, a], [, b]) => b - a).map(([message, count]) => `${count} x ${message}`);
  return `# Faults of Azure at every request

\`npm run soak -- azure\`: the program against the stand-in for Azure, one fault at each request of a run that goes well, then the same command again.
a: absorbed, the command went through. t: told by one message and exit code 4 (3 for a file that is gone), and completed by the same command. Once / at that request and all later ones of its step.

${countTable(results)}

${each.join("\n")}
## What was said

\`\`\`
${said.join("\n")}
\`\`\`
`;
}

export function messageCounts(cells: readonly { readonly message: string | null }[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { message } of cells) {
    if (message === null) continue;
    const text = withoutPlace(message);
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

/** The same message of two places is one. */
function withoutPlace(message: string): string {
  return message
    .replaceAll(/\/tmp\/oddrun-azure-faults-\w+/g, "DIR")
    .replaceAll(/metrics-\d+/g, "metrics-N")
    .replaceAll(/…[\w/.:-]+/g, "…PATH");
}
