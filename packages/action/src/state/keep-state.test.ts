import assert from "node:assert/strict";
import { test } from "node:test";
import { type KeptState, restoreState, type StateWriter } from "./keep-state.ts";

/** The keys that are looked for, the first by its whole and the others by their beginning. */
async function askedFor(about: string, writer: StateWriter): Promise<readonly string[]> {
  const asked: string[] = [];
  const cache: KeptState["cache"] = {
    async find(key, restoreKeys) {
      asked.push(key, ...restoreKeys);
      return null;
    },
    save: async () => "saved",
  };
  await restoreState({ dataDir: "", about, runId: 7, runAttempt: 1, cache, writer, warn: assert.fail });
  return asked;
}

test("no repository is given the entry of one whose name or number begins alike", async () => {
  for (const [one, other] of [
    ["octo/app", "octo/app-web"],
    ["octo/app", "octo-app/x"],
    ["id 5", "id 50"],
    ["octo/app", "octo/app.look"],
  ] as const) {
    const [, ...beginnings] = await askedFor(one, "watch");
    const [key] = await askedFor(other, "watch");
    assert.deepEqual(
      beginnings.filter((beginning) => key!.startsWith(beginning)),
      [],
      `${one} and ${other}`,
    );
  }
});

test("what watching kept is gone on from before what a look kept, and no key is longer than the service takes", async () => {
  for (const writer of ["watch", "look"] as const) {
    const [key, first, second] = await askedFor(`${"o".repeat(39)}/${"a".repeat(100)}`, writer);
    assert.ok(key!.startsWith(first!) && second!.endsWith(".look-") && !second!.startsWith(first!));
    assert.ok(key!.length < 512);
  }
});
