import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "oddrun/ports";
import { z } from "zod";
import { type ArmClient, armClient, workspacePath } from "./arm-client.ts";
import {
  type ScriptedAnswer,
  type ScriptedAzure,
  scriptedAzure,
  testContext,
  testCredential,
} from "./scripted-azure.contract.ts";

const WORKSPACE = { subscriptionId: "s-1", resourceGroup: "rg", workspace: "ml-a" };
const PATH = workspacePath(WORKSPACE, "models", "m");
const named = z.object({ name: z.string() });
const anything = z.unknown();

function azure(...script: readonly ScriptedAnswer[]): ScriptedAzure & { readonly arm: ArmClient } {
  const scripted = scriptedAzure(script);
  return {
    ...scripted,
    arm: armClient({ credential: testCredential, context: testContext(), httpClient: scripted.httpClient }),
  };
}

function errorAnswer(status: number, code: string, message: string): ScriptedAnswer {
  return { status, body: { error: { code, message } } };
}

async function problemOf(promise: Promise<unknown>): Promise<Problem> {
  const error: unknown = await promise.then(
    () => assert.fail("no problem"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Problem, String(error));
  assert.equal(error.exitCode, 4);
  return error;
}

test("a request names the pinned version and carries a token for Azure Resource Manager", async () => {
  const { arm, seen } = azure({ body: { name: "m" } });
  assert.deepEqual(await arm.get(PATH, named, { query: { $top: "5" } }), { name: "m" });
  assert.equal(
    seen[0]!.url.href,
    "https://management.azure.com/subscriptions/s-1/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ml-a/models/m?api-version=2025-06-01&%24top=5",
  );
  assert.equal(seen[0]!.authorization, "Bearer token for https://management.azure.com/.default");
});

test("a name that would change the path is one part of it, and dots are refused", () => {
  assert.match(workspacePath({ ...WORKSPACE, workspace: "a/../b?c" }), /\/workspaces\/a%2F\.\.%2Fb%3Fc$/);
  assert.throws(() => workspacePath(WORKSPACE, "models", ".."), { code: "bad-usage" });
});

test("pages are read to their end, and a page on another host is not asked for", async () => {
  const { arm, lines } = azure(
    { body: { value: [{ name: "a" }], nextLink: "https://management.azure.com/next?skip=1" } },
    { body: { value: [{ name: "b" }], nextLink: null } },
  );
  assert.deepEqual(await arm.list(PATH, named), [{ name: "a" }, { name: "b" }]);
  assert.deepEqual(lines()[1], "GET /next");

  for (const nextLink of [
    "https://evil.example/x",
    "http://management.azure.com/x",
    "https://a@management.azure.com/",
  ]) {
    const hostile = azure({ body: { value: [], nextLink } });
    assert.equal((await problemOf(hostile.arm.list(PATH, named))).code, "azure-address-refused");
    assert.equal(hostile.seen.length, 1);
  }
});

test("pages that lead in a circle are noticed", async () => {
  const nextLink = "https://management.azure.com/again";
  const { arm, seen } = azure(...Array.from({ length: 3 }, () => ({ body: { value: [], nextLink } })));
  assert.equal((await problemOf(arm.list(PATH, named))).code, "azure-answer-unreadable");
  assert.equal(seen.length, 2);
});

test("a lost connection, a full queue and an answer cut short are tried again", async () => {
  const { arm, seen } = azure(
    { lost: "ECONNRESET" },
    { status: 429, headers: { "retry-after": "7" } },
    { status: 503 },
    { body: '{"name": "m' },
    { body: { name: "m" } },
  );
  assert.deepEqual(await arm.put(PATH, { x: 1 }, named), { name: "m" });
  assert.equal(seen.length, 5);
});

test("after five tries the message says what came back", async () => {
  const { arm, seen } = azure(...Array.from({ length: 6 }, () => errorAnswer(500, "InternalServerError", "x")));
  const { code, message } = await problemOf(arm.get(PATH, named));
  assert.equal(code, "azure-unreachable");
  assert.match(
    message,
    /management\.azure\.com gave no usable answer to .*\/models\/m in 5 tries: status 500 \(InternalServerError\)/,
  );
  assert.equal(seen.length, 5);
});

test("a wait of an hour is told, not sat out; a certificate that is not trusted is not asked again", async () => {
  const busy = azure({ status: 429, headers: { "retry-after": "3600" } });
  assert.match((await problemOf(busy.arm.get(PATH, named))).message, /asks to wait 3600 s/);
  const untrusted = azure({ lost: "SELF_SIGNED_CERT_IN_CHAIN" });
  assert.match((await problemOf(untrusted.arm.get(PATH, named))).message, /in one try.*NODE_EXTRA_CA_CERTS/);
});

test("each refusal says what is missing and how to mend it", async () => {
  const denied =
    "The client 'x' with object id 'y' does not have authorization to perform action 'Microsoft.MachineLearningServices/workspaces/models/versions/write' over scope '/subscriptions/s-1/resourceGroups/rg' or the scope is invalid. If access was recently granted, please refresh your credentials.";
  const cases: readonly (readonly [ScriptedAnswer, string, RegExp])[] = [
    [errorAnswer(401, "ExpiredAuthenticationToken", "The token expired."), "azure-token-refused", /expired.*az login/],
    [
      errorAnswer(403, "AuthorizationFailed", denied),
      "azure-forbidden",
      /do Microsoft\.MachineLearningServices\/workspaces\/models\/versions\/write on \/subscriptions\/s-1\/resourceGroups\/rg \(AuthorizationFailed\)\. Give it the role "AzureML Data Scientist" there\. A role given just now takes up to some minutes/,
    ],
    [
      errorAnswer(404, "ResourceGroupNotFound", "Resource group 'rg' could not be found."),
      "azure-not-found",
      /no models\/m of workspaces\/ml-a \(ResourceGroupNotFound: Resource group 'rg' could not be found\)/,
    ],
    [errorAnswer(409, "Conflict", "Another operation is running."), "azure-conflict", /wait for its end/],
    [
      errorAnswer(400, "UserError", "bad\u001b[31m\nname"),
      "azure-refused",
      /status 400: UserError: bad⟨U\+001B⟩\[31m name\./,
    ],
    [{ status: 302, headers: { location: "https://evil.example/" } }, "azure-refused", /status 302: no reason given/],
  ];
  for (const [answer, code, message] of cases) {
    const found = await problemOf(azure(answer).arm.get(PATH, named));
    assert.equal(found.code, code);
    assert.match(found.message, message);
  }
});

test("what is not there is null for find, false for delete, and create leaves what is there", async () => {
  const gone = errorAnswer(404, "ResourceNotFound", "x");
  assert.equal(await azure(gone).arm.find(PATH, named), null);
  assert.equal(await azure(gone).arm.delete(PATH), false);
  assert.equal(await azure({ status: 200 }).arm.delete(PATH), true);
  const taken = azure(errorAnswer(412, "PreconditionFailed", "x"));
  assert.equal(await taken.arm.create(PATH, {}, named), null);
  assert.equal(taken.seen[0]!.ifNoneMatch, "*");
});

test("an answer of another form names the field", async () => {
  const { message } = await problemOf(azure({ body: { name: 5 } }).arm.get(PATH, named));
  assert.match(message, /cannot be understood: name: /);
});

const OPERATION =
  "https://management.azure.com/subscriptions/s-1/providers/Microsoft.MachineLearningServices/op?api-version=2025-06-01";

test("a long operation is followed to its end, and the resource read after it", async () => {
  const scripted = scriptedAzure([
    { status: 201, headers: { "azure-asyncoperation": OPERATION }, body: { name: "m" } },
    { body: { status: "InProgress" }, headers: { "retry-after": "30" } },
    { body: { status: "Succeeded" } },
    { body: { name: "final", properties: { provisioningState: "Succeeded" } } },
  ]);
  const context = testContext();
  const arm = armClient({ credential: testCredential, context, httpClient: scripted.httpClient });
  assert.deepEqual(await arm.put(PATH, {}, named, { doing: "Creating m" }), { name: "final" });
  assert.deepEqual(context.said, ["Creating m: accepted, 0 s", "Creating m: InProgress, 5 s"]);
});

test("an operation that failed says why, in Azure's words made harmless", async () => {
  const error = { code: "QuotaExceeded", message: "Not enough cores.", details: [{ code: "x", message: "12 needed" }] };
  const { arm } = azure(
    { status: 202, headers: { "azure-asyncoperation": OPERATION } },
    { body: { status: "Failed", error } },
  );
  const { code, message } = await problemOf(arm.patch(PATH, {}, anything, { doing: "Changing m" }));
  assert.equal(code, "azure-operation-failed");
  assert.equal(message, "Changing m ended as Failed: QuotaExceeded: Not enough cores. 12 needed.");
});

test("without an operation's address, Location and then the resource's own state are followed", async () => {
  const byLocation = azure(
    { status: 202, headers: { location: OPERATION } },
    { status: 202 },
    { status: 200, body: { name: "key" } },
  );
  assert.deepEqual(await byLocation.arm.post(`${PATH}/listKeys`, null, named), { name: "key" });
  const deleted = azure({ status: 202, headers: { location: OPERATION } }, { status: 202 }, { status: 204 });
  assert.equal(await deleted.arm.delete(PATH), true);
  const byState = azure(
    { status: 201, body: { name: "m", properties: { provisioningState: "Creating" } } },
    { body: { name: "m", properties: { provisioningState: "Updating" } } },
    { body: { name: "m", properties: { provisioningState: "Succeeded" } } },
  );
  assert.deepEqual(await byState.arm.put(PATH, {}, named), { name: "m" });
  assert.equal(byState.seen.length, 3);
});

test("an operation that never ends is given up, and one on another host is not asked about", async () => {
  const scripted = scriptedAzure((_, count) =>
    count === 1
      ? { status: 202, headers: { "azure-asyncoperation": OPERATION } }
      : { body: { status: "Running" }, headers: { "retry-after": "0" } },
  );
  const arm = armClient({ credential: testCredential, context: testContext(), httpClient: scripted.httpClient });
  const slow = await problemOf(arm.delete(PATH, { doing: "Deleting m", waitMaxMs: 120_000 }));
  assert.equal(slow.message.startsWith("Deleting m is still going on after 2 min."), true);
  const hostile = azure({ status: 202, headers: { "azure-asyncoperation": "https://evil.example/op" } });
  assert.equal((await problemOf(hostile.arm.delete(PATH))).code, "azure-address-refused");
});

test("a stop ends a wait at once", async () => {
  const stop = new AbortController();
  const scripted = scriptedAzure(() => {
    stop.abort(new Error("stopped"));
    return { status: 503, headers: { "retry-after": "100" } };
  });
  const context = testContext({ env: {}, signal: stop.signal });
  const arm = armClient({ credential: testCredential, context, httpClient: scripted.httpClient });
  await assert.rejects(arm.get(PATH, named), { message: "stopped" });
});
