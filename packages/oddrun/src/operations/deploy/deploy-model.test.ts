import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem, problem } from "../problems.ts";
import {
  deployAll,
  planAll,
  REQUEST,
  type ScriptedEndpoint,
  type ScriptedFault,
  type ScriptedPlatform,
  scriptedPlatform,
  testDeployer,
} from "./scripted-platform.contract.ts";

const NAME = REQUEST.endpoint;
const CHANGES = /^(ensure|create|mark|set|delete)/;

function changes({ calls }: ScriptedPlatform): string[] {
  return calls.filter((call) => CHANGES.test(call));
}

function state({ endpoints }: ScriptedPlatform): ScriptedEndpoint {
  return endpoints.get(NAME)!;
}

function serving(platform: ScriptedPlatform): readonly string[] {
  const { traffic, deployments } = state(platform);
  return [...traffic]
    .filter(([, percent]) => percent > 0)
    .map(([name]) => `${name} ${deployments.get(name)?.modelVersion}`);
}

/** An endpoint on which version 1 serves as blue. */
async function withVersion1(): Promise<ScriptedPlatform> {
  const platform = scriptedPlatform();
  await deployAll(platform);
  platform.calls.length = 0;
  return platform;
}

test("the first deployment: environment, endpoint without traffic, deployment, a test of it, then the traffic", async () => {
  const platform = scriptedPlatform();
  const { deployed } = await deployAll(platform);
  assert.deepEqual(changes(platform), [
    "ensureEnvironment",
    `createEndpoint ${NAME}`,
    "createDeployment blue",
    "setTraffic blue=100",
    "mark off",
  ]);
  assert.ok(platform.calls.indexOf("score blue") < platform.calls.indexOf("setTraffic blue=100"));
  assert.deepEqual(deployed, {
    isChanged: true,
    deployment: "blue",
    scoringUrl: `https://${NAME}.example`,
    removed: [],
  });
  assert.equal(state(platform).deployer, null);
});

test("an update is made beside the old one and takes its place; the old one goes last", async () => {
  const platform = await withVersion1();
  const { deployed } = await deployAll(platform, { versions: 2 });
  assert.deepEqual(changes(platform), [
    "ensureEnvironment",
    "mark run-1",
    "createDeployment green",
    "setTraffic green=100",
    "deleteDeployment blue",
    "mark off",
  ]);
  assert.deepEqual(deployed.removed, ["blue"]);
  assert.deepEqual(serving(platform), ["green 2"]);
});

test("what serves already is not deployed again: nothing is changed", async () => {
  const platform = await withVersion1();
  const { deployed } = await deployAll(platform);
  assert.equal(deployed.isChanged, false);
  assert.deepEqual(changes(platform), []);
});

test("instances of what serves are kept unless others are asked for", async () => {
  const platform = scriptedPlatform();
  await deployAll(platform, { request: { instanceType: "Standard_F2s_v2", instanceCount: 3 } });
  await deployAll(platform, { versions: 2 });
  const green = state(platform).deployments.get("green")!;
  assert.deepEqual([green.instanceType, green.instanceCount], ["Standard_F2s_v2", 3]);
});

test("with keep-old the old deployment stays without traffic, and a later run without it clears it up", async () => {
  const platform = await withVersion1();
  await deployAll(platform, { versions: 2, request: { keepOld: true } });
  assert.deepEqual([...state(platform).deployments.keys()], ["blue", "green"]);
  const { deployed } = await deployAll(platform, { versions: 2 });
  assert.deepEqual(deployed, {
    isChanged: true,
    deployment: "green",
    scoringUrl: `https://${NAME}.example`,
    removed: ["blue"],
  });
});

test("what a kept deployment's name is needed for is in the plan; one that came after the plan is not deleted", async () => {
  const platform = await withVersion1();
  await deployAll(platform, { versions: 2, request: { keepOld: true } });
  const plan = async () => (await planAll(platform, { versions: 3 })).atColour;
  assert.equal(await plan(), "other");
  const blue = state(platform).deployments.get("blue")!;
  Object.assign(blue, { modelVersion: "3", state: "changing" });
  assert.equal(await plan(), "unfinished");
  blue.state = "ready";
  assert.equal(await plan(), "wanted");
  state(platform).deployments.delete("blue");
  assert.equal(await plan(), "nothing");
  platform.meanwhile = (call) => {
    if (call === "deployment blue") state(platform).deployments.set("blue", { ...blue, modelVersion: "1" });
  };
  await assert.rejects(deployAll(platform, { versions: 3 }), /blue has been made since.*Nothing was changed/);
  assert.equal(state(platform).deployments.get("blue")?.modelVersion, "1");
});

test("stopped while a kept deployment is tried, it stays as it was", async () => {
  const platform = await withVersion1();
  await deployAll(platform, { versions: 2, request: { keepOld: true } });
  let isStopped = false;
  platform.meanwhile = (call) => {
    if (call !== "score blue") return;
    isStopped = true;
    throw new Error("aborted");
  };
  const run = deployAll(platform, {
    versions: 2,
    request: { modelVersion: "1" },
    isStopped: () => isStopped,
    afterStop: (tools) => ({ ...tools, isStopped: () => false, isHurried: true }),
  });
  await assert.rejects(run, /green serves as before, and blue, which was there before, stays and costs/);
  assert.deepEqual([...state(platform).deployments.keys()], ["blue", "green"]);
});

test("a deployment that answers wrongly gets no traffic, is deleted, and its log is shown without escapes", async () => {
  const cases = [
    [
      { status: 424, modelStatus: 422, body: { code: "invalid-record", detail: "no feature x" } },
      /refused the model's own features/,
    ],
    [{ status: 200, modelStatus: null, body: { predictions: [], scores: [] } }, /0 entries for 2 records/],
    [
      {
        status: 200,
        modelStatus: null,
        body: { predictions: [true, false], scores: [0.7, 0.4], model: { sha256: "sha-2" } },
      },
      /record 1 got the score 0\.7, and 0\.4 is right/,
    ],
    [
      {
        status: 200,
        modelStatus: null,
        body: { predictions: [false, true], scores: [0.4, 0.7], model: { sha256: "other" } },
      },
      /another model answers: other/,
    ],
  ] as const;
  for (const [answer, why] of cases) {
    const platform = await withVersion1();
    platform.logText = "line one\nboom \u001b[2J\u202e\n";
    platform.scoreOdd.set("green", () => answer);
    const said: string[] = [];
    await assert.rejects(deployAll(platform, { versions: 2, said }), (error: Problem) => {
      assert.equal(error.exitCode, 4);
      assert.match(error.message, why);
      assert.match(error.message, /blue serves as before, and green is deleted/);
      return true;
    });
    assert.deepEqual([...state(platform).deployments.keys()], ["blue"]);
    assert.deepEqual(serving(platform), ["blue 1"]);
    assert.ok(said.includes("  boom ⟨U+001B⟩[2J⟨U+202E⟩"), said.join("\n"));
    assert.equal(state(platform).deployer, null);
  }
});

test("what a fresh deployment may say at first is asked again: 401, 403, 404 and the container's 5xx", async () => {
  const platform = scriptedPlatform();
  const early = [
    { status: 404, modelStatus: null, body: "" },
    { status: 403, modelStatus: null, body: "" },
    { status: 401, modelStatus: null, body: "" },
    { status: 424, modelStatus: 503, body: "" },
  ];
  platform.scoreOdd.set("blue", (tryCount) => early[tryCount - 1] ?? null);
  await deployAll(platform);
  assert.deepEqual(serving(platform), ["blue 1"]);
});

test("wrong answers behind the traffic rules give the traffic back to the old deployment", async () => {
  const platform = await withVersion1();
  // right when tried, wrong once it serves
  platform.scoreOdd.set("green", (tryCount) => (tryCount === 1 ? null : { status: 424, modelStatus: 400, body: "" }));
  await assert.rejects(deployAll(platform, { versions: 2 }), /failed: the endpoint failed its test/);
  assert.deepEqual(serving(platform), ["blue 1"]);
  assert.deepEqual([...state(platform).deployments.keys()], ["blue"]);
});

test("another run at work on the endpoint stops this one before it changes anything; a dead or an old one does not", async () => {
  const atMs = testDeployer("x").now();
  const platform = await withVersion1();
  state(platform).deployer = { runId: "run-9", sinceMs: atMs - 60_000 };
  await assert.rejects(deployAll(platform, { versions: 2 }), /being worked on: run run-9 has been at it for 1 min/);
  assert.deepEqual(changes(platform), []);
  for (const [mark, extra] of [
    [{ runId: "dead-1", sinceMs: atMs }, {}],
    [{ runId: "run-9", sinceMs: atMs - 61 * 60_000 }, {}],
    [{ runId: "run-1", sinceMs: atMs }, {}],
    [{ runId: "run-9", sinceMs: atMs }, { takeOver: true }],
  ] as const) {
    const other = await withVersion1();
    state(other).deployer = mark;
    await deployAll(other, { versions: 2, deployer: { ...testDeployer("run-1"), ...extra } });
    assert.deepEqual(serving(other), ["green 2"]);
  }
});

test("of two runs that mark the endpoint at once the one whose mark is overwritten stops and leaves the other's work alone", async () => {
  for (const at of ["createDeployment green", "setTraffic green=100"]) {
    const platform = await withVersion1();
    platform.meanwhile = (call) => {
      if (call === at) state(platform).deployer = { runId: "run-2", sinceMs: 0 };
    };
    await assert.rejects(deployAll(platform, { versions: 2 }), (error: Problem) => error.code === "endpoint-busy");
    assert.equal(state(platform).deployer?.runId, "run-2");
    assert.ok(!platform.calls.includes("deleteDeployment blue"));
  }
});

test("an endpoint that a killed run left at work is planned for when it is at rest, by the traffic that it has then", async () => {
  const platform = await withVersion1();
  const left = state(platform);
  const { traffic } = left;
  left.state = "changing";
  left.traffic = new Map();
  platform.wait = () => {
    left.state = "ready";
    left.traffic = traffic;
    return Promise.resolve();
  };
  const { deployed } = await deployAll(platform, { versions: 2 });
  assert.deepEqual(deployed.removed, ["blue"]);
});

test("what changed while a person thought about the plan stops the run before it makes anything, and its mark is taken away", async () => {
  const platform = await withVersion1();
  platform.meanwhile = (call) => {
    if (call !== "mark run-1") return;
    state(platform).deployments.set("green", { ...state(platform).deployments.get("blue")!, name: "green" });
    state(platform).traffic = new Map([["green", 100]]);
  };
  await assert.rejects(deployAll(platform, { versions: 2 }), /traffic has been changed since this run looked at it/);
  assert.deepEqual(changes(platform), ["ensureEnvironment", "mark run-1", "mark off"]);
});

test("refused for something that is no other run, the new deployment and the mark are taken away all the same", async () => {
  const platform = await withVersion1();
  platform.fault = null;
  platform.meanwhile = (call) => {
    if (call === "setTraffic green=100") throw problem("endpoint-busy", NAME, "Azure says 409");
  };
  await assert.rejects(deployAll(platform, { versions: 2 }), (error: Problem) => {
    assert.equal(error.code, "deploy-failed");
    return /blue serves as before, and green is deleted/.test(error.message);
  });
  assert.deepEqual([...state(platform).deployments.keys()], ["blue"]);
  assert.equal(state(platform).deployer, null);
});

test("an image that a new endpoint may not pull yet is tried once more, after a wait; an old endpoint's is not", async () => {
  const pull = problem("azure-operation-failed", "Making blue", "Failed", "Unable to download user container image.");
  for (const failures of [1, 2]) {
    const platform = scriptedPlatform();
    let left = failures;
    const waitsMs: number[] = [];
    platform.wait = async (durationMs) => void waitsMs.push(durationMs);
    platform.meanwhile = (call) => {
      if (call === "createDeployment blue" && left-- > 0) throw pull;
    };
    const run = deployAll(platform);
    if (failures === 1) {
      await run;
      assert.deepEqual([serving(platform), waitsMs], [["blue 1"], [180_000]]);
    } else await assert.rejects(run, /failed: .*Unable to download.*blue is deleted/);
  }
  const platform = await withVersion1();
  platform.meanwhile = (call) => {
    if (call === "createDeployment green") throw pull;
  };
  await assert.rejects(deployAll(platform, { versions: 2 }), /Unable to download/);
});

test("a stranger's endpoint, a split traffic and another way to sign in are refused before any change", async () => {
  const platform = await withVersion1();
  await assert.rejects(deployAll(platform, { request: { auth: "key" } }), /was made with --auth aad/);
  state(platform).deployments.set("green", { ...state(platform).deployments.get("blue")!, name: "green" });
  state(platform).traffic = new Map([
    ["blue", 90],
    ["green", 10],
  ]);
  await assert.rejects(deployAll(platform, { versions: 2 }), /shares its traffic out \(blue 90 %, green 10 %\)/);
  state(platform).isOurs = false;
  await assert.rejects(deployAll(platform, { versions: 2 }), /not made by Oddrun/);
  assert.deepEqual(changes(platform), []);
});

test("a version that is not registered is named with those that are", async () => {
  const platform = scriptedPlatform();
  await assert.rejects(
    deployAll(platform, { versions: 2, request: { modelVersion: "7" } }),
    /no version 7 .*it has 2, 1/,
  );
  await assert.rejects(deployAll(platform, { request: { modelName: "other" } }), /no model "other"/);
  assert.deepEqual(changes(platform), []);
});

test("a deployment that Azure still makes for a killed run is waited for and taken, not made again", async () => {
  const platform = await withVersion1();
  const dies = new Error("killed");
  platform.fault = { call: 10, when: "after", error: dies };
  await assert.rejects(
    deployAll(platform, { versions: 2, deployer: testDeployer("dead-1"), isStopped: () => true }),
    (error: Problem) => error.code === "deploy-interrupted",
  );
  assert.equal(platform.calls.at(-1), "createDeployment green");
  platform.fault = null;
  platform.calls.length = 0;
  state(platform).deployments.get("green")!.state = "changing";
  let looks = 0;
  platform.meanwhile = (call) => {
    if (call === "deployment green" && (looks += 1) === 4) state(platform).deployments.get("green")!.state = "ready";
  };
  await deployAll(platform, { versions: 2, deployer: testDeployer("run-2") });
  assert.ok(!platform.calls.includes("createDeployment green"));
  assert.ok(!platform.calls.includes("deleteDeployment green"));
  assert.deepEqual(serving(platform), ["green 2"]);
});

test("stopped at any call, it takes back what it made while there is time, or says what may be left", async () => {
  const callCount = await callsOf(withVersion1, 2);
  for (let call = 1; call <= callCount; call += 1) {
    for (const isTimeUp of [false, true]) {
      const platform = await withVersion1();
      let phase: "going on" | "stopped" | "taking back" = "going on";
      platform.meanwhile = () => {
        if (phase === "going on" && platform.calls.length + 1 >= call) phase = "stopped";
        if (phase === "stopped" || (phase === "taking back" && isTimeUp)) throw new Error("aborted");
      };
      const run = deployAll(platform, {
        versions: 2,
        isStopped: () => phase !== "going on",
        afterStop: (tools) => {
          phase = "taking back";
          return { ...tools, isStopped: () => isTimeUp, isHurried: true };
        },
      });
      const ended = await run.then(
        () => "done",
        (error: Error) => error.message,
      );
      const shown = `call ${call}, ${isTimeUp ? "no time" : "time"}: ${ended} ${platform.calls.join(" | ")}`;
      assert.equal(serving(platform).length, 1, shown);
      // before that it only looked
      const hasChanged = platform.calls.includes("ensureEnvironment");
      assert.ok(!hasChanged || ended === "done" || ended.startsWith("Stopped while deploying"), shown);
      if (isTimeUp) continue;
      assert.equal(state(platform).deployer, null, shown);
      const isLeft = state(platform).deployments.size > 1;
      assert.equal(isLeft, /an old one may be there still/.test(ended), shown);
    }
  }
});

test("a change whose answer was lost, and whose second sending Azure refuses for the first one's sake, counts as done", async () => {
  for (const [start, versions] of [
    [async () => scriptedPlatform(), 1],
    [withVersion1, 2],
  ] as const) {
    const usual = await start();
    await deployAll(usual, { versions });
    for (const [index, what] of usual.calls.entries()) {
      if (!CHANGES.test(what) || what.startsWith("ensure")) continue;
      const platform = await start();
      platform.fault = { call: index + 1, when: "after", error: problem("endpoint-busy", NAME, "Azure says 409") };
      await deployAll(platform, { versions });
      assert.deepEqual(changes(platform), changes(usual), what);
      assert.equal(state(platform).deployer, null, what);
    }
  }
});

/** How many calls an undisturbed update makes. */
async function callsOf(start: () => Promise<ScriptedPlatform>, versions: number): Promise<number> {
  const platform = await start();
  await deployAll(platform, { versions });
  return platform.calls.length;
}

const START = { "first deployment": async () => scriptedPlatform(), update: withVersion1 } as const;

for (const [what, start] of Object.entries(START)) {
  const versions = what === "update" ? 2 : 1;
  const wanted = what === "update" ? "green 2" : "blue 1";

  test(`${what}: a failure at any call, acted on or not, leaves one version serving, and a repeated command completes`, async () => {
    const callCount = await callsOf(start, versions);
    assert.ok(callCount >= 10);
    for (let call = 1; call <= callCount; call += 1) {
      for (const when of ["before", "after"] as const) {
        const platform = await start();
        await failOnce(platform, { call, when }, versions);
        const shown = `${what}, call ${call} ${when}: ${platform.calls.join(" | ")}`;
        if (what === "update") assert.equal(serving(platform).length, 1, shown);
        platform.fault = null;
        await deployAll(platform, { versions });
        assert.deepEqual(serving(platform), [wanted], shown);
        assert.deepEqual([...state(platform).deployments.keys()].length, 1, shown);
        assert.equal(state(platform).deployer, null, shown);
      }
    }
  });

  test(`${what}: killed at any call, a repeated command completes`, async () => {
    const callCount = await callsOf(start, versions);
    for (let call = 1; call <= callCount; call += 1) {
      for (const when of ["before", "after"] as const) {
        const platform = await start();
        // from that call on nothing is asked any more
        let isDead = false;
        const dies = new Error("killed");
        platform.fault = { call, when, error: dies };
        platform.meanwhile = () => {
          if (isDead) throw dies;
          isDead = platform.calls.length + 1 >= call;
        };
        const deployer = testDeployer("dead-1");
        const run = deployAll(platform, { versions, deployer, isStopped: () => isDead });
        // the last two calls only look at the mark and take it away: nothing is left to do
        assert.equal(
          await run.then(
            () => true,
            () => false,
          ),
          call >= callCount - 1,
        );
        platform.fault = null;
        platform.meanwhile = null;
        const shown = `${what}, call ${call} ${when}: ${platform.calls.join(" | ")}`;
        if (what === "update") assert.equal(serving(platform).length, 1, shown);
        await deployAll(platform, { versions, deployer: testDeployer("run-2") });
        assert.deepEqual(serving(platform), [wanted], shown);
        assert.deepEqual([...state(platform).deployments.keys()].length, 1, shown);
        assert.equal(state(platform).deployer, null, shown);
      }
    }
  });
}

async function failOnce(platform: ScriptedPlatform, fault: ScriptedFault, versions: number): Promise<void> {
  platform.fault = fault;
  try {
    await deployAll(platform, { versions });
  } catch (error) {
    assert.ok(error instanceof Problem, String(error));
    assert.equal(error.exitCode, 4);
  }
}
