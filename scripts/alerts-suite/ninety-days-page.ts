import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Hardship, type Played, playNinetyDays } from "./ninety-days.ts";
import { FIRST_HOUR, HISTORY_DAYS, WATCHED_DAYS } from "./ninety-days-plan.ts";
import type { Receipt } from "./receivers.ts";

const RUNS: Readonly<Record<string, { readonly title: string; readonly hardship: Hardship }>> = {
  calm: { title: "not killed", hardship: { kills: 0, isThrownBack: false, losses: 0, seed: 1 } },
  killed: { title: "killed", hardship: { kills: 50, isThrownBack: false, losses: 0, seed: 2 } },
  lost: {
    title: "killed, and the store thrown back to an older copy or lost",
    hardship: { kills: 50, isThrownBack: true, losses: 8, seed: 3 },
  },
};
type Results = Readonly<Record<string, Played & { readonly date: string; readonly node: string }>>;

const JSON_FILE = new URL("../../benchmarks/results/alerts-90-days.json", import.meta.url);
const PAGE = new URL("../../benchmarks/results/alerts-90-days.md", import.meta.url);

/** Plays what is named (all when nothing is), keeps all that arrived, and writes the page. True when nothing came twice or was lost. */
export async function soakAlerts(wanted: readonly string[] = process.argv.slice(3)): Promise<boolean> {
  const kept: Record<string, Results[string]> = existsSync(JSON_FILE)
    ? JSON.parse(readFileSync(JSON_FILE, "utf8"))
    : {};
  for (const [name, { title, hardship }] of Object.entries(RUNS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stderr.write(`${title}\n`);
    const played = await playNinetyDays(hardship, (line) => process.stderr.write(`  ${line}\n`));
    kept[name] = { ...played, date: new Date().toISOString().slice(0, 10), node: process.version };
    writeFileSync(JSON_FILE, `${JSON.stringify(kept)}\n`);
  }
  const page = ninetyDaysPage(kept);
  writeFileSync(PAGE, page);
  process.stdout.write(page);
  const { killed } = kept;
  return (
    killed === undefined || comparison(kept, "killed").every(({ missing, more }) => missing.length + more.length === 0)
  );
}

const RECEIVERS = ["issues", "hook", "room"] as const;
const WHAT = {
  issues: "issues (repeats told)",
  hook: "webhook (repeats told)",
  room: "room (repeats not told)",
} as const;
const distinct = (receipts: readonly Receipt[]): ReadonlySet<string> => new Set(receipts.map(({ id }) => id));

/** What each receiver got, against the run that was not killed. */
function comparison(results: Results, name: string) {
  return RECEIVERS.map((receiver) => {
    const own = results[name]!.receipts.filter((one) => one.receiver === receiver);
    const calm = distinct(results["calm"]!.receipts.filter((one) => one.receiver === receiver));
    const ids = distinct(own);
    return {
      receiver,
      count: own.length,
      twice: own.length - ids.size,
      /** Of those, how many said so. */
      said: own.filter(({ mayRepeat }) => mayRepeat).length,
      missing: [...calm].filter((id) => !ids.has(id)),
      more: [...ids].filter((id) => !calm.has(id)),
    };
  });
}

function ninetyDaysPage(results: Results): string {
  const { calm } = results;
  if (calm === undefined) return "";
  const names = Object.keys(RUNS).filter((name) => results[name] !== undefined);
  const rows = names.flatMap((name) =>
    comparison(results, name).map(
      ({ receiver, count, twice, said, missing, more }) =>
        `| ${RUNS[name]!.title} | ${WHAT[receiver]} | ${count} | ${twice} | ${said} | ${missing.length} | ${more.length} |`,
    ),
  );
  const differences = names.flatMap((name) =>
    comparison(results, name).flatMap(({ receiver, missing, more }) => [
      ...missing.map((id) => `${name}: ${receiver} lacks ${id}`),
      ...more.map((id) => `${name}: ${receiver} has also ${id}`),
    ]),
  );
  const runs = names.map((name) => {
    const { killCount, lossCount, passCount, alertsMs, seconds, date, node } = results[name]!;
    const sorted = alertsMs.toSorted((one, other) => one - other);
    const quantile = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    return `| ${RUNS[name]!.title} | ${date}, ${node} | ${passCount} | ${killCount} | ${lossCount} | ${quantile(0.5)} | ${quantile(0.99)} | ${quantile(1)} | ${seconds} |`;
  });
  const list = calm.receipts.map(({ hour, receiver, id }) => `${dayOf(hour)} ${receiver} ${id}`);
  return `# Ninety days of alerts

\`npm run soak -- alerts\`. A simulated organisation of six repositories and twenty workflows: ${HISTORY_DAYS} days of past, then ${WATCHED_DAYS} days in which each hour is collected, looked at for changes, and passed over for alerts by the
program itself in a process of its own. Messages go to issues (a recorder that keeps to the contract of the issue channel), to an incoming webhook of Slack and to a signed webhook, over HTTP. Half of the kills (SIGKILL) come at some moment
of a pass, half where a message is on its way: before it counts as received, after that, or just after the answer.

## What arrived

| run | receiver | messages | repeats | that said they may be one | missing | more than when not killed |
|---|---|--:|--:|--:|--:|--:|
${rows.join("\n")}

Missing and more: by message id, against the run that was not killed. ${differences.length === 0 ? "There is no difference." : "The differences:"}
${differences.length === 0 ? "" : `\n\`\`\`\n${differences.join("\n")}\n\`\`\`\n`}
A room cannot tell repeats: what was on its way when the process died is sent again. Where the store survives, each repeat says that it may be one; where it was thrown back, the process does not know. Kills that are aimed at a message stay
aimed at it, so one message may be hit several times. What is missing where stores were lost are words about an incident that was told to the organisation alone, and has no issue to read that back from: its reminder and its end. Why a digest
came more, in one repository and in the organisation, was not looked into: what a lost store had decided is decided anew.

## How it went

| run | date | passes | kills | stores lost | alert part of a pass, median ms | 99 % | most | seconds |
|---|---|--:|--:|--:|--:|--:|--:|--:|
${runs.join("\n")}

Times are of a machine that other work shared.

## Messages a week

${weekTable(calm.receipts)}

Of a repository's inbox in the issues, of the organisation's in the room; the webhook hears what the room hears. A budget of one push a week and repository, and of five for the organisation. Ends and digests are no pushes.

## All that arrived when it was not killed

Day of the watch, receiver, id: thread, word, count (of a digest when it was due), whose inbox.

\`\`\`
${list.join("\n")}
\`\`\`
`;
}

const dayOf = (hour: number): string => String(Math.floor((hour - FIRST_HOUR) / 24)).padStart(2, "0");

function weekTable(receipts: readonly Receipt[]): string {
  const weeks = Math.ceil(WATCHED_DAYS / 7);
  const weekOf = ({ hour }: Receipt): number => Math.floor((hour - FIRST_HOUR) / (24 * 7));
  const isPush = ({ id }: Receipt): boolean => /\.(new|grown|reminder|storm)\./.test(id);
  const counted = (name: string, own: readonly Receipt[]): string => {
    const counts = Array.from({ length: weeks }, (_, week) => own.filter((one) => weekOf(one) === week).length);
    return `| ${name} | ${counts.join(" | ")} | ${own.length} |`;
  };
  const [issues, room] = (["issues", "room"] as const).map((name) => receipts.filter((one) => one.receiver === name));
  const head = `| | ${Array.from({ length: weeks }, (_, week) => week + 1).join(" | ")} | all |`;
  return [
    head,
    `|---|${"--:|".repeat(weeks + 1)}`,
    counted("issues: pushes, all six repositories", issues!.filter(isPush)),
    counted(
      "issues: ends and digests",
      issues!.filter((one) => !isPush(one)),
    ),
    counted("room: pushes", room!.filter(isPush)),
    counted(
      "room: ends and digests",
      room!.filter((one) => !isPush(one)),
    ),
  ].join("\n");
}
