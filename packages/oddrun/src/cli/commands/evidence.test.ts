import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { EVIDENCE_KINDS } from "@oddrun/core";
import { aBatch, aJob, aRun, START } from "../../adapters/store/run-fixtures.contract.ts";
import { TOKEN } from "../../adapters/github/scripted-github.contract.ts";
import { openStore } from "../../adapters/store/index.ts";
import {
  answering,
  BASE,
  COMPARE,
  FILE,
  HEAD,
  log,
  oddRunPlace,
  runEvidence,
  USUAL_ANSWERS,
  workflow,
  fileAnswer,
} from "./evidence-github.contract.ts";
import { evidenceCommand } from "./evidence.ts";
import { reportCommand } from "./report.ts";
import { newPlace, runCommand } from "./store-command.contract.ts";

const BEGINNING = "changed at the same time, since run 1001: 3 commits with 3 files; the workflow's file, ";

test("an odd run's evidence is gathered, told, kept and shown in every form of the report", async (t) => {
  const place = await oddRunPlace();
  const server = await answering(t, USUAL_ANSWERS);
  const { out, exitCode } = await runEvidence(server, place);
  assert.equal(exitCode, 0);
  assert.match(out, /^octo\/Widgets {2}CI {2}run 1002\n {2}changed at the same time, since run 1001: /);
  for (const part of [
    "3 commits with 3 files",
    "the workflow's file, what it calls: .github/actions/set-up/action.yml",
    "actions/cache v3 -> v4",
    "actions/checkout@v4 now is commit 2222222, before 1111111",
    "runner image version 20261101.1.0 -> 20261115.2.0 (job build)",
    "caches: 1 missed, before 1 restored (job build)",
  ]) {
    assert.ok(out.includes(part), `${part} in ${out}`);
  }
  assert.match(out, /\n5 requests to GitHub: 1 comparison, 2 files, 2 logs\.\n$/);
  assert.equal(server.seen.length, 7, "each log lies elsewhere and is asked for there");

  for (const file of readdirSync(place)) assert.ok(!readFileSync(join(place, file)).includes(TOKEN), file);
  assert.ok(server.seen.filter(({ path }) => path.startsWith("/logs/")).every(({ headers }) => !headers.authorization));

  const report = async (format: string) => (await runCommand(reportCommand, place, [], [["format", format]])).out;
  assert.ok((await report("text")).includes("runner image version 20261101.1.0 -> 20261115.2.0"));
  assert.match(await report("markdown"), /\| what else changed \|[^]*\| `changed at the same time/);
  const { runs } = JSON.parse(await report("json")) as {
    runs: { evidence: { kind: string; compared_with: unknown }[] }[];
  };
  assert.deepEqual(
    runs[0]?.evidence.map(({ kind }) => kind),
    ["actions", "actions", "cache", "commits", "runner", "workflow-file"],
  );
  assert.deepEqual(runs[0]?.evidence[0]?.compared_with, { run_id: 1001, run_attempt: 1 });
});

test("what is known is not asked again, unless the run is named", async (t) => {
  const place = await oddRunPlace();
  const server = await answering(t, USUAL_ANSWERS);
  await runEvidence(server, place);
  const count = server.seen.length;
  const again = await runEvidence(server, place);
  assert.equal(again.out, "There is no odd run whose evidence is still to be gathered.\n");
  assert.equal(server.seen.length, count);
  const named = await runEvidence(server, place, ["1002"], [["json"]]);
  assert.equal((JSON.parse(named.out) as { requests: { total: number } }).requests.total, 5);
});

test("each kind costs what the help says", async (t) => {
  const server = await answering(t, USUAL_ANSWERS);
  const cost = async (kinds: string): Promise<number> => {
    const { out } = await runEvidence(server, await oddRunPlace(), [], [["evidence", kinds], ["json"]]);
    return (JSON.parse(out) as { requests: { total: number } }).requests.total;
  };
  assert.equal(await cost("commits"), 1);
  assert.equal(await cost("commits,workflow-file"), 1);
  assert.equal(await cost("actions"), 2);
  assert.equal(await cost("commits,actions"), 3);
  assert.equal(await cost("runner"), 2);
  assert.equal(await cost("runner,cache"), 2);
  assert.equal(await cost("approvals"), 0);
  const { out } = await runEvidence(server, await oddRunPlace(), [], [["evidence", "none"]]);
  assert.equal(out, "There is no odd run whose evidence is still to be gathered.\n");
});

test("a workflow that did not change is read once, and not at all at the same commit", async (t) => {
  const files = [{ filename: "src/a.ts", status: "modified" }];
  const server = await answering(t, { ...USUAL_ANSWERS, [COMPARE]: { body: { total_commits: 1, files } } });
  const options = [["evidence", "commits,workflow-file,actions"]] as const;
  const one = await runEvidence(server, await oddRunPlace(), [], options);
  assert.match(one.out, /1 commit with 1 file\. unchanged: the workflow's file, action versions\n/);
  assert.match(one.out, /\n2 requests to GitHub: 1 comparison, 1 file\./);
  const runs = [aRun({ runId: 1001, headSha: HEAD }), aRun({ runId: 1002, headSha: HEAD, completedAtMs: START + 9e5 })];
  const none = await runEvidence(server, await oddRunPlace({ runs }), [], options);
  assert.match(none.out, /unchanged, since run 1001: commits, the workflow's file, action versions\n0 requests/);
});

test("what GitHub has no more is unknown, and costs no second log", async (t) => {
  const server = await answering(t, { [`/repos/octo/Widgets/actions/jobs/5002/logs`]: { status: 410, body: {} } });
  const { out, exitCode } = await runEvidence(server, await oddRunPlace());
  assert.equal(exitCode, 0);
  assert.match(
    out,
    /not known: commits, the workflow's file, action versions, the runner, caches \(GitHub has it no more/,
  );
  assert.match(out, /\n3 requests to GitHub: 1 comparison, 1 file, 1 log\./);
});

test("without a run to compare with nothing is asked", async (t) => {
  const server = await answering(t, {});
  const place = await oddRunPlace({ runs: [aRun({ runId: 1002 })] });
  const { out } = await runEvidence(server, place);
  assert.match(out, /\(no run before it can be compared with it\)\n0 requests to GitHub/);
  assert.equal(server.seen.length, 0);
});

test("bounds are kept, and what they left out is asked by the next command", async (t) => {
  const server = await answering(t, USUAL_ANSWERS);
  const place = await oddRunPlace();
  const first = await runEvidence(server, place, [], [["max-logs", "1"]]);
  assert.match(first.out, /not asked yet: the runner, caches\n3 requests/);
  assert.match(
    first.out,
    /Not everything was asked\. The same command, without run ids, goes on from here; --max-requests and --max-logs allow more\.\n$/,
  );
  const second = await runEvidence(server, place);
  assert.match(second.out, /\n2 requests to GitHub: 2 logs\./);
  assert.ok(second.out.includes(BEGINNING), second.out);
  const few = await runEvidence(server, await oddRunPlace(), [], [["max-requests", "1"]]);
  assert.match(few.out, /not asked yet: the workflow's file, action versions, the runner, caches\n1 request to GitHub/);
});

test("requests that had to be repeated count against the bound, and what was found before is kept", async (t) => {
  const place = await oddRunPlace();
  const server = await answering(t, { ...USUAL_ANSWERS, [`${FILE}?${HEAD}`]: { status: 502 } });
  const { out, exitCode } = await runEvidence(server, place, [], [["max-requests", "3"]]);
  assert.equal(exitCode, 0);
  assert.match(out, /The same command, without run ids, goes on from here/);
  assert.ok(server.seen.length <= 3);
});

test("only a long wait that nothing explains is asked about", async (t) => {
  const runs = [
    aRun({ runId: 1001, headSha: BASE, completedAtMs: START + 3e5 }),
    aRun({ runId: 1002, headSha: HEAD, completedAtMs: START + 9e5, queueTime: { ms: 3_600_000, unknown: null } }),
  ];
  const server = await answering(t, {
    "/repos/octo/Widgets/actions/runs/1002/approvals": {
      body: [{ state: "approved", environments: [{ name: "production" }] }],
    },
  });
  const { out } = await runEvidence(server, await oddRunPlace({ runs }), [], [["evidence", "approvals"]]);
  assert.match(out, /approvals on record: approved for production\n1 request to GitHub: 1 list of approvals/);
});

test("a repository of which only a file told is looked for by its name, and said to be", async (t) => {
  const named = (fullName: string) => {
    const batch = aBatch({
      repositories: [{ id: -1, fullName, defaultBranch: "main", visibility: null }],
      workflows: [{ repositoryId: -1, id: -1, name: "CI", path: null }],
    });
    const runs = [
      aRun({ repositoryId: -1, workflowId: -1, runId: 1001, headSha: BASE, completedAtMs: START + 3e5 }),
      aRun({ repositoryId: -1, workflowId: -1, runId: 1002, headSha: HEAD, completedAtMs: START + 9e5 }),
    ];
    return oddRunPlace({ ...batch, runs, jobs: [] });
  };
  const server = await answering(t, USUAL_ANSWERS);
  const { out } = await runEvidence(server, await named("octo/Widgets"));
  assert.match(out, /3 commits with 3 files/);
  assert.match(out, /Only a file told of this repository: it was looked for on GitHub by its name\./);
  assert.match(out, /\(the commits, the workflow's file or the jobs are not in the store\)/);
  const count = server.seen.length;
  const other = await runEvidence(server, await named("our builds"));
  assert.match(other.out, /under a name that GitHub would not give/);
  assert.equal(server.seen.length, count);
});

test("hostile logs, files and names come out harmless", async (t) => {
  const evil = "\u001b[31m\u202e|`<img>@octo";
  const server = await answering(t, {
    ...USUAL_ANSWERS,
    [`${FILE}?${HEAD}`]: fileAnswer(
      workflow(JSON.stringify(evil).slice(1, -1).replaceAll("`", ""))
        .replace("actions/cache@", '"actions/cache@')
        .replace("@octo\n", '@octo"\n'),
    ),
    "/logs/now": { body: log(evil, `Cache not found for input keys: ${evil}`) },
  });
  const place = await oddRunPlace();
  const { out } = await runEvidence(server, place);
  assert.match(out, /runner image version 20261101\.1\.0 -> /);
  const markdown = (await runCommand(reportCommand, place, [], [["format", "markdown"]])).out;
  for (const text of [out, markdown, (await runCommand(reportCommand, place, [])).out]) {
    assert.doesNotMatch(text, /[\u001b\u202e]/);
  }
  assert.match(markdown, /\| `changed at the same time[^`]*` \|/);
});

test("an empty or unjudged store, and what nobody can mean, are told plainly", async (t) => {
  const server = await answering(t, {});
  const empty = newPlace();
  await (await openStore(`${empty}/oddrun.db`)).close();
  assert.match((await runEvidence(server, empty)).message, /^0 runs in /);
  const unjudged = newPlace();
  const store = await openStore(`${unjudged}/oddrun.db`);
  await store.save(aBatch({ jobs: [aJob()] }));
  await store.close();
  assert.match((await runEvidence(server, unjudged)).message, /"oddrun detect" first/);
  const place = await oddRunPlace();
  const message = async (args: readonly string[], ...options: (readonly [string, string])[]) =>
    (await runEvidence(server, place, args, options)).message;
  assert.match(await message(["x1"]), /is no run id/);
  assert.match(await message(["77"]), /There is no run 77 in the store/);
  assert.match(await message([], ["evidence", "comits"]), /--evidence takes commits, workflow-file/);
  assert.match(await message([], ["max-logs", "-1"]), /--max-logs takes a whole number/);
  assert.match(await message([], ["repo", "octo/others"]), /No run of octo\/others/);
  assert.equal(server.seen.length, 0);
});

test("a stop keeps what is there and says how to go on", async (t) => {
  const place = await oddRunPlace();
  const stop = new AbortController();
  const act = (): void => stop.abort();
  const server = await answering(t, { ...USUAL_ANSWERS, "/repos/octo/Widgets/actions/jobs/5002/logs": { act } });
  const { exitCode, out } = await runEvidence(server, place, [], [], { stop });
  assert.equal(exitCode, 130);
  assert.match(out, /4 requests to GitHub: .*\nStopped\. The same command, without run ids, goes on from here\.\n$/);
  assert.ok((await runCommand(reportCommand, place, [])).out.includes(BEGINNING), "what was found before the stop");
  const later = await runEvidence(await answering(t, USUAL_ANSWERS), place);
  assert.match(later.out, /\n2 requests to GitHub: 2 logs\./);
});

test("the help names every kind there is", () => {
  const help = evidenceCommand.options.find(({ name }) => name === "evidence")?.description ?? "";
  for (const kind of EVIDENCE_KINDS) assert.ok(help.includes(kind));
});

test("GITHUB_API_URL, which Actions sets, names the server: the token of another one goes nowhere else", async (t) => {
  const server = await answering(t, USUAL_ANSWERS);
  const { exitCode, out } = await runEvidence(
    server,
    await oddRunPlace(),
    [],
    [["evidence", "commits"]],
    {},
    {
      GITHUB_API_URL: server.url,
    },
  );
  assert.equal(exitCode, 0);
  assert.match(out, /1 request to GitHub: 1 comparison/);
  assert.equal(server.seen.length, 1);
});

test("a repository that was collected from another GitHub is not asked about, and the report links to where it was", async (t) => {
  const place = await oddRunPlace();
  const server = await answering(t, USUAL_ANSWERS);
  const collectedFrom = async (apiUrl: string) => {
    const store = await openStore(join(place, "oddrun.db"));
    const repository = { id: 7, fullName: "octo/Widgets", defaultBranch: "main", visibility: null };
    await store.adoptRepository({ ...repository, webUrl: "https://ghe.example", apiUrl });
    await store.close();
  };
  await collectedFrom("https://ghe.example/api/v3");
  const refused = await runEvidence(server, place);
  assert.equal(refused.exitCode, 4);
  assert.ok(refused.out.includes("octo/Widgets was collected from https://ghe.example/api/v3, so "), refused.out);
  assert.match(refused.out, /--api-url https:\/\/ghe\.example\/api\/v3/);
  assert.equal(server.seen.length, 0);

  const { out } = await runCommand(reportCommand, place, [], [["format", "json"]]);
  const { runs } = JSON.parse(out) as { runs: { url: string }[] };
  assert.equal(runs[0]?.url, "https://ghe.example/octo/Widgets/actions/runs/1002/attempts/1");

  await collectedFrom(server.url);
  assert.equal((await runEvidence(server, place)).exitCode, 0);
});
