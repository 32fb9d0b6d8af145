import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { connectToGithub } from "../../packages/oddrun/src/adapters/github/index.ts";
import { githubIssueChannel, githubIssueMirror } from "../../packages/oddrun/src/adapters/github-issues/index.ts";
import { newStage, type Said, START } from "../alerts-suite/stage.ts";
import { defineCorpus, type GitHubStandIn, startGitHubStandIn } from "../github-stand-in/index.ts";

const FULL_NAME = "acme/shop";
const DAY_MS = 86_400_000;

interface World {
  readonly standIn: GitHubStandIn;
  readonly token: string;
  /** What a pass has of GitHub, in a process of its own each time; `stop` kills it. */
  readonly github: (stop?: AbortController) => Promise<never>;
}

async function world(t: TestContext): Promise<World> {
  const corpus = defineCorpus({ repositories: [{ fullName: FULL_NAME, id: 7 }] });
  const limits = { primary: null, content: null };
  const standIn = await startGitHubStandIn({ corpus, waitScale: 0.001, limits, nowMs: START + DAY_MS });
  t.after(() => standIn.close());
  standIn.issues.setRole(FULL_NAME, "ann", "write");
  standIn.issues.label(FULL_NAME, { name: "oddrun", color: "5319e7", description: null });
  const token = standIn.addToken({ text: "ghs_job", login: "github-actions[bot]" });
  return {
    standIn,
    token,
    async github(stop = new AbortController()) {
      const connection = await connectToGithub({
        env: { GITHUB_TOKEN: token, ODDRUN_WAIT_SCALE: "0.001" },
        apiUrl: standIn.url,
        marks: null,
        signal: stop.signal,
        log: { debug() {}, info() {}, warn() {}, error() {} },
        version: "0.0.0",
        now: Date.now,
      });
      const channel = githubIssueChannel({
        name: "issues",
        labels: [],
        assignees: [],
        connection,
        homeRepository: null,
      });
      // the parts of the stage's own GitHub that a pass uses
      return { channel, mirror: githubIssueMirror({ connection }) } as never;
    },
  };
}

/** What the repository's issues look like to people: each as its state and the words of its comments. */
function shownIn(standIn: GitHubStandIn): readonly string[] {
  return standIn.issues
    .of(FULL_NAME)
    .issues.map(({ state, comments }) =>
      [state, ...comments.map(({ body }) => /\*\*`?(\w+)/.exec(body)?.[1] ?? "?")].join(" "),
    );
}

test("an incident goes through its passes in one issue, with a person's orders, and with the store lost in between", async (t) => {
  const { standIn, github } = await world(t);
  const stage = await newStage({ github: await github() });
  await stage.pass(1);
  await stage.say({ day: 2 });
  const { watchingSinceMs } = await stage.pass(2.1);
  assert.deepEqual(shownIn(standIn), ["open"]);
  const issue = standIn.issues.issue(FULL_NAME, 1);
  standIn.advance(START + 3 * DAY_MS - standIn.clock.nowMs());
  standIn.issues.comment(issue, "ann", "/oddrun mute 30d");

  const { orders } = await stage.pass(3.1);
  assert.deepEqual(
    orders.map(({ who, decision, outcome }) => [who, decision, outcome.isDone]),
    [["ann", "muted", true]],
  );
  assert.match(issue.body!, /\*\*Muted until 2026-02-\d\d/);
  assert.deepEqual((await stage.pass(3.2)).orders, []);

  const { room } = stage;
  const anew = await newStage({ github: await github(), room, watchedBeforeMs: watchingSinceMs });
  await anew.say({ day: 2, onsetDay: 1.6 });
  // known again and carried out again, without a word to anybody
  const again = await anew.pass(4);
  assert.deepEqual([again.said, again.orders.length, issue.comments.length], [[], 1, 1]);
  assert.equal((await anew.store.incident(1, START + 4 * DAY_MS))!.state, "muted");
  await anew.runs(20);
  assert.deepEqual((await anew.pass(20.1)).said, []);
  await anew.say({ day: 21, state: "recovered", level: 300_000 });
  await anew.pass(21.1);
  assert.deepEqual([issue.state, issue.stateReason], ["closed", "completed"]);
  assert.deepEqual(
    room.received.map(({ word }) => word),
    ["new", "recovered"],
  );
});

test("killed at any write, before or after it happened, with the store kept or lost: one issue, nothing lost, and nothing said twice without saying so", async (t) => {
  const plain = await life(t, null);
  assert.deepEqual([plain.shown, plain.heard], [["closed recovered"], ["new", "recovered"]]);
  assert.ok(plain.writes >= 4, `${plain.writes} writes`);
  for (let place = 1; place <= plain.writes; place++) {
    for (const isDone of [true, false]) {
      for (const isLost of [true, false]) {
        const what = `write ${place}, ${isDone ? "happened" : "did not happen"}, store ${isLost ? "lost" : "kept"}`;
        const { shown, heard, killed, repeats } = await life(t, { place, isDone, isLost });
        assert.equal(killed, 1, what);
        assert.deepEqual(shown, plain.shown, what);
        // Killed before the issue could note what the room heard, and the store lost on top: then it is told again, and says that it may be.
        if (isLost) assert.deepEqual([...new Set(heard)], plain.heard, what);
        else assert.deepEqual(heard, plain.heard, what);
        assert.equal(repeats.filter(({ mayRepeat }) => !mayRepeat).length, 0, what);
      }
    }
  }
});

interface Kill {
  readonly place: number;
  readonly isDone: boolean;
  readonly isLost: boolean;
}

/** New, then recovered, with passes around; killed at the `place`-th write, the next process finds the store, or finds it lost. */
async function life(
  t: TestContext,
  kill: Kill | null,
): Promise<{
  readonly shown: readonly string[];
  readonly heard: readonly string[];
  readonly repeats: readonly { readonly mayRepeat: boolean }[];
  readonly writes: number;
  readonly killed: number;
}> {
  const { standIn, github } = await world(t);
  let stop = new AbortController();
  let writes = 0;
  const isKilled = ({ method, route }: { readonly method: string; readonly route: string }): boolean =>
    method !== "GET" && route !== "graphql" && ++writes === kill?.place;
  const die = () => {
    stop.abort(new Error("killed"));
    return { status: 0, isReset: true };
  };
  if (kill?.isDone === true) standIn.script((request) => (isKilled(request) ? die() : undefined));
  else standIn.block((request) => (isKilled(request) ? die() : undefined));

  let stage = await newStage({ github: await github(stop) });
  const { room } = stage;
  const { watchingSinceMs } = await stage.pass(1);
  const said: Said[] = [];
  let killed = 0;
  for (const word of [{ day: 2 }, { day: 5, state: "recovered", level: 300_000 }] as const) {
    said.push(word);
    await stage.say(word);
    for (const hour of [1, 2, 20]) {
      const path = await stage
        .pass(word.day + hour / 24)
        .then(() => null)
        .catch(() => stage.closed());
      if (path === null) continue;
      killed += 1;
      stop = new AbortController();
      const options = { github: await github(stop), room, watchedBeforeMs: watchingSinceMs };
      stage = await newStage(kill?.isLost === true ? options : { ...options, path });
      if (kill?.isLost === true) for (const one of said) await stage.say(one);
    }
  }
  const { received } = room;
  const repeats = received.filter(({ id }, at) => received.findIndex((one) => one.id === id) < at);
  return { shown: shownIn(standIn), heard: received.map(({ word }) => word), repeats, writes, killed };
}
