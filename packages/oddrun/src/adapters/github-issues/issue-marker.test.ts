import assert from "node:assert/strict";
import { test } from "node:test";
import { assert as hold, property, string } from "fast-check";
import { type IssueMemory, joinSaid, MARKER_CHARS_MAX, readMarker, writeMarker } from "./issue-marker.ts";

const MEMORY: IssueMemory = {
  about: "incident",
  identity: { repositoryId: 7, family: "more time", seriesIds: ["7/70/run/-->"], anchorMs: 1000, slackMs: 5 },
  said: [{ messageId: "5e1c.new.1.repository", word: "new", atMs: 1000, channels: ["issues", "team-chat"] }],
  closed: null,
  status: "**Muted** by `octo-dev`",
  answered: ["abc"],
  title: "CI takes longer",
};

test("what an issue remembers comes back, whatever things are called, and ends no comment before its time", () => {
  hold(
    property(string({ unit: "binary", maxLength: 300 }), (text) => {
      const name = text.toWellFormed();
      const memory: IssueMemory = {
        ...MEMORY,
        title: name,
        identity: { ...MEMORY.identity!, seriesIds: [name] },
        said: [{ ...MEMORY.said[0]!, messageId: name, channels: [name] }],
      };
      const marker = writeMarker(memory);
      assert.match(marker, /^<!-- oddrun:1:[A-Za-z0-9_-]+ -->$/);
      assert.deepEqual(readMarker(`above\n${marker}\nbelow`)?.memory, memory);
    }),
    { numRuns: 200 },
  );
});

test("the last marker of a text is the one that counts, and it is found where it stands", () => {
  const [one, other] = [writeMarker(MEMORY), writeMarker({ ...MEMORY, closed: "over" })];
  const body = `${one}\nand\n${other} more`;
  const found = readMarker(body)!;
  assert.equal(found.memory.closed, "over");
  assert.equal(body.slice(found.from, found.to), other);
});

test("a thousand messages leave the first and the latest, within the room there is", () => {
  const said = Array.from({ length: 1000 }, (_, at) => ({
    messageId: `${"m".repeat(300)}${at}`,
    word: "reminder" as const,
    atMs: at,
    channels: Array.from({ length: 20 }, (__, channel) => `channel ${channel}`),
  }));
  const marker = writeMarker({ ...MEMORY, said });
  assert.ok(marker.length <= MARKER_CHARS_MAX);
  const read = readMarker(marker)!.memory.said;
  assert.equal(read[0]!.atMs, 0);
  assert.equal(read.at(-1)!.atMs, 999);
});

test("what is no marker of ours is none, and what is odd in one is left out", () => {
  const of = (json: unknown): string => `<!-- oddrun:1:${Buffer.from(JSON.stringify(json)).toString("base64url")} -->`;
  for (const body of ["", "<!-- oddrun:1: -->", "<!-- oddrun:1:!! -->", "<!-- oddrun:2:e30 -->", of([]), of({})])
    assert.equal(readMarker(body), null, body);
  const odd = readMarker(
    of({ about: "storm", id: [1, 2], said: [1, ["x"], ["y", "shout", 1]], closed: 5, answered: 7 }),
  );
  assert.deepEqual(odd!.memory, {
    about: "storm",
    identity: null,
    said: [],
    closed: null,
    status: null,
    answered: [],
    title: "",
  });
});

test("what several know is joined: each message once, with all channels that have it", () => {
  const [said] = MEMORY.said;
  assert.deepEqual(joinSaid([said!], [{ ...said!, channels: ["webhook", "issues"] }]), [
    { ...said!, channels: ["issues", "team-chat", "webhook"] },
  ]);
});
