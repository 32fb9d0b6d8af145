import assert from "node:assert/strict";
import { test } from "node:test";
import { type CheckArea, type CheckOutcome, clockOutcome, doctorExitCode, doctorText, examine } from "./doctor.ts";
import { problem } from "../problems.ts";

const OPTIONS = { within: async <T>(work: Promise<T>) => await work };
const ok: CheckOutcome = { status: "ok", found: "fine" };

function check(name: string, area: CheckArea, look: () => Promise<CheckOutcome>) {
  return { name, area, look };
}

test("a check that fails in whatever way hides no other, and the order is that given", async () => {
  const results = await examine(
    [
      check("slow", "remote", () => new Promise((resolve) => setImmediate(() => resolve(ok)))),
      check("problem", "remote", () => Promise.reject(problem("github-token-missing", "github.com"))),
      check("error", "store", () => Promise.reject(new TypeError("no \u001b[31m property"))),
      check("last", "settings", async () => ok),
    ],
    OPTIONS,
  );
  assert.deepEqual(
    results.map(({ name, status }) => [name, status]),
    [
      ["slow", "ok"],
      ["problem", "failed"],
      ["error", "failed"],
      ["last", "ok"],
    ],
  );
  assert.match(results[1]!.found, /Set GITHUB_TOKEN/);
  assert.equal(results[1]!.area, "settings");
  assert.match(results[2]!.found, /⟨U\+001B⟩/);
});

test("a check that does not end is failed when its time is up", async () => {
  const within = async <T>(work: Promise<T>) => await Promise.race([work, Promise.resolve(null)]);
  const [result] = await examine([check("stuck", "remote", () => new Promise(() => {}))], { within });
  assert.equal(result!.status, "failed");
  assert.match(result!.mend!, /network/);
});

test("the exit code is that of what is mended first: settings, then the store, then what is remote", () => {
  const failed = (area: CheckArea) => ({ name: area, area, status: "failed" as const, found: "" });
  const warned = { name: "w", area: "settings" as const, status: "warning" as const, found: "" };
  assert.equal(doctorExitCode([warned, { name: "s", area: "store", status: "skipped", found: "" }]), 0);
  assert.equal(doctorExitCode([warned, failed("remote")]), 4);
  assert.equal(doctorExitCode([failed("remote"), failed("store")]), 5);
  assert.equal(doctorExitCode([failed("remote"), failed("store"), failed("settings")]), 2);
});

test("the text has a line for each check, what to do below it, and the counts", () => {
  const text = doctorText([
    { name: "Node.js", area: "settings", status: "ok", found: "24.1.0" },
    { name: "Store", area: "store", status: "failed", found: "damaged", mend: "Restore it.", details: ["more"] },
  ]);
  assert.equal(
    text,
    "ok       Node.js  24.1.0\nfailed   Store    damaged\n                  To mend: Restore it.\n                  more\n\n1 ok, 0 to look at, 1 failed, 0 skipped\n",
  );
});

test("a clock is worth a word from half a minute and a failure from five minutes, either way", () => {
  assert.equal(clockOutcome(-29_000, "GitHub's clock").status, "ok");
  assert.deepEqual(
    [40_000, -40_000]
      .map((aheadMs) => clockOutcome(aheadMs, "GitHub's clock"))
      .map(({ status, found }) => [status, found]),
    [
      ["warning", "40 s behind GitHub's clock"],
      ["warning", "40 s ahead of GitHub's clock"],
    ],
  );
  assert.equal(clockOutcome(300_000, "x").status, "failed");
});
