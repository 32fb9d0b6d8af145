import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Hardship, type Played, playNinetyDays } from "./ninety-days.ts";
import type { KeptIssue } from "./github-receiver.ts";
import { FIRST_HOUR, HISTORY_DAYS, STEP_HOURS, WATCHED_DAYS } from "./ninety-days-plan.ts";
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
  const read = (): Record<string, Results[string]> =>
    existsSync(JSON_FILE) ? JSON.parse(readFileSync(JSON_FILE, "utf8")) : {};
  for (const [name, { title, hardship }] of Object.entries(RUNS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stderr.write(`${title}\n`);
    const played = await playNinetyDays(hardship, (line) => process.stderr.write(`  ${line}\n`));
    // another process may have played another one meanwhile
    const date = new Date().toISOString().slice(0, 10);
    writeFileSync(JSON_FILE, `${JSON.stringify({ ...read(), [name]: { ...played, date, node: process.version } })}\n`);
  }
  const kept = read();
  const page = ninetyDaysPage(kept);
  writeFileSync(PAGE, page);
  process.stdout.write(page);
  const { killed } = kept;
  if (killed === undefined || kept["calm"] === undefined) return true;
  const isSame = comparison(kept, "killed").every(({ missing, more }) => missing.length + more.length === 0);
  return isSame && ["killed", "lost"].every((name) => kept[name] === undefined || saidTwice(kept, name) === 0);
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

/** What receivers that tell repeats got twice, and issues that there are two of. */
function saidTwice(results: Results, name: string): number {
  const twice = comparison(results, name).flatMap((one) => (one.receiver === "room" ? [] : [one.twice]));
  const issues = results[name]!.issues.map(threadOf);
  return twice.reduce((sum, count) => sum + count, 0) + issues.length - new Set(issues).size;
}

/** What an issue was first said of: message ids begin with it. */
const threadOf = ({ said: [first = "nothing"] }: KeptIssue): string => first.split(".", 1)[0]!;

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** What a reader of one incident's issues finds in the end. */
function issueWords(issues: readonly KeptIssue[]): string {
  if (issues.length === 0) return "none";
  const comments = issues.flatMap((issue) => issue.comments).length;
  const closes = issues.reduce((sum, issue) => sum + issue.closes, 0);
  const said = issues.flatMap((issue) => issue.said.map((id) => id.split(".")[1]!));
  const states = issues.map(({ state, reason }) => (state === "open" ? state : `closed, ${reason}`));
  return `${counted(issues.length, "issue")}, ${counted(comments, "comment")}, ${counted(closes, "close")}: ${said.join(", ")}; ${states.join(" and ")}`;
}

/** A row for each incident or digest that has an issue, a column for each run; where a run left the same as the first, it says so. */
function issueTable(results: Results, names: readonly string[]): string {
  const threads = [...new Set(names.flatMap((name) => results[name]!.issues.map(threadOf)))];
  const rows = threads.map((thread) => {
    const own = names.map((name) => results[name]!.issues.filter((issue) => threadOf(issue) === thread));
    const place = own.flat()[0]!.place.split("#", 1)[0]!;
    const words = own.map(issueWords);
    return `| ${place} | ${thread} | ${words.map((word, at) => (at > 0 && word === words[0] ? "the same" : word)).join(" | ")} |`;
  });
  const heads = names.map((name) => RUNS[name]!.title);
  return [`| repository | thread | ${heads.join(" | ")} |`, `|---|---|${"---|".repeat(heads.length)}`, ...rows].join(
    "\n",
  );
}

function killTable(results: Results, names: readonly string[]): string {
  return names
    .flatMap((name) => {
      const counts = new Map<string, number>();
      for (const { at, what } of results[name]!.killed) {
        const kind = `${MOMENTS[at]}: ${what}`;
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
      return [...counts]
        .toSorted(([one], [other]) => one.localeCompare(other))
        .map(([kind, count]) => `${String(count).padStart(3)} ${name}: ${kind}`);
    })
    .join("\n");
}

const MOMENTS: Readonly<Record<Played["killed"][number]["at"], string>> = {
  "a moment": "at some moment",
  before: "before it was carried out",
  after: "carried out, not answered",
  answer: "up to 3 ms after it was carried out",
  created: "an issue made, not answered",
  looks: "an issue made, before the look whether there is another",
  marks: "an issue made and looked at, up to 3 ms later",
};

const requestWords = ({ requests }: Played): string =>
  Object.entries(requests)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(", ");

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

\`npm run soak -- alerts\`. A simulated organisation of six repositories and twenty workflows: ${HISTORY_DAYS} days of past, then ${WATCHED_DAYS} days in which all that ended is collected every ${STEP_HOURS} hours, looked at for changes, and passed over for
alerts by the program itself in a process of its own. Messages are made by the real composer and go through the real channels: to issues of a stand-in for GitHub (a server over HTTP with GitHub's limits and the token of a workflow's job;
waits of a second last a millisecond), to an incoming webhook of Slack and to a signed webhook. What was said before is read back from the issues, as in earnest. Of the kills (SIGKILL) half come at some moment of a pass, half at a request
that writes or right after the one that made an issue; whatever is on its way at a kill is not answered.

## What arrived

| run | receiver | messages | repeats | that said they may be one | missing | more than when not killed |
|---|---|--:|--:|--:|--:|--:|
${rows.join("\n")}

Missing and more: by message id, against the run that was not killed. ${differences.length === 0 ? "There is no difference." : "The differences:"}
${differences.length === 0 ? "" : `\n\`\`\`\n${differences.join("\n")}\n\`\`\`\n`}
In issues a message is an issue made, a comment, or a digest written into its issue, counted from the stand-in's side as each was carried out. A room cannot tell repeats: what was on its way when the process died is sent again. Where the store
survives, each repeat says that it may be one; where it was thrown back, the process does not know.

What a lost store changes, looked into for the seed that is played: nothing is said twice in issues, but what the lost store had weighed is weighed anew.

- 1aba5b9c60cac4cc opened 11 hours before it was sure enough to be pushed; the store was lost in the very pass that pushed it, before its issue was made. Watching went on from the pass before, so it was the past: it is in the weekly digest
  (128610c30b6f21a1) and in no issue of its own.
- The digests of 2026-04-13 tell of a queue in mobile-app again that the digests of 2026-04-06 had told of: it grew in between, and which incidents a digest told of is not read back from its issue.
- The reminder and the end of 7d27f9899d5f99e5 are missing: it was told to the organisation alone, and has no issue to read that back from.

## The issues in the end

Message ids begin with the thread; words are those that the issue remembers.

${issueTable(results, names)}

## Where it was killed

By what was on its way.

\`\`\`
${killTable(results, names)}
\`\`\`

## What GitHub's stand-in was asked

By kind of request and status; 0 where the connection was cut.

\`\`\`
${names.map((name) => `${name}: ${requestWords(results[name]!)}`).join("\n")}
\`\`\`

## How it went

| run | date | passes | kills | stores lost | alert part of a pass, median ms | 99 % | most | seconds |
|---|---|--:|--:|--:|--:|--:|--:|--:|
${runs.join("\n")}

Times are of the machine as it was: runs may have gone side by side, and other work beside them.

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
  const row = (name: string, own: readonly Receipt[]): string => {
    const counts = Array.from({ length: weeks }, (_, week) => own.filter((one) => weekOf(one) === week).length);
    return `| ${name} | ${counts.join(" | ")} | ${own.length} |`;
  };
  const [issues, room] = (["issues", "room"] as const).map((name) => receipts.filter((one) => one.receiver === name));
  const head = `| | ${Array.from({ length: weeks }, (_, week) => week + 1).join(" | ")} | all |`;
  return [
    head,
    `|---|${"--:|".repeat(weeks + 1)}`,
    row("issues: pushes, all six repositories", issues!.filter(isPush)),
    row(
      "issues: ends and digests",
      issues!.filter((one) => !isPush(one)),
    ),
    row("room: pushes", room!.filter(isPush)),
    row(
      "room: ends and digests",
      room!.filter((one) => !isPush(one)),
    ),
  ].join("\n");
}
