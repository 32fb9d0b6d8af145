import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as fc from "fast-check";
import { lookAtSettings } from "../../adapters/settings/parse-settings.ts";
import { Problem } from "../problems.ts";
import { settingsSchema } from "./settings-files.ts";

const WORDS = "0/week 0.0/day 1/week 007/month 1000/week 1001/week 142/day 999999/day 0d 365d 366d 52w 53w off on";
const OTHERS = ["monday 08:00", "monday 24:00", "default", "all", "first", "A_B", "1A", "slack", "webhook", "issues"];
const LONG = [39, 40, 50, 51, 140, 141, 200, 201].flatMap((length) => ["x".repeat(length), "\u{1f600}".repeat(length)]);
const BLANK = ["", " ", " 1/week", "1/week\n", "\u00a0", "\ufeff"];
const text = fc.constantFrom(...WORDS.split(" "), ...OTHERS, ...LONG, ...BLANK);
const scalar = fc.oneof(
  text,
  text,
  fc.constantFrom(null, true, false),
  fc.integer({ min: -2, max: 1100 }),
  fc.double(),
);
const value = fc.oneof(scalar, scalar, fc.array(scalar, { maxLength: 12 }));

const sectionOf = (...keys: readonly string[]) =>
  fc.oneof({ weight: 9, arbitrary: fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 2 }) }, value);
const kind = fc.constantFrom("slack", "teams", "webhook", "github-issue", "email");
const channel = fc.oneof(
  value,
  fc.record({ kind, "url-from": text, "secret-from": text }, { requiredKeys: ["kind"] }),
  fc.record({ kind, labels: value, assignees: value }, { requiredKeys: ["kind"] }),
);
const route = fc.record(
  { to: fc.array(fc.constant("issues"), { maxLength: 21 }), workflow: value, owner: value, repository: value },
  { requiredKeys: ["to"] },
);
/** One part at a time: of two mistakes one would hide the other. */
const part = fc.oneof(
  fc.record({ version: value }),
  fc.record({
    alerts: sectionOf("pushes", "organisation-pushes", "remind-after", "digest", "storm-from", "improvements", "other"),
  }),
  fc.record({ watch: sectionOf("branches", "attempts", "workflows", "ignore-workflows") }),
  fc.record({
    channels: fc.dictionary(fc.constantFrom("issues", "A-1", "a b", "1a", "x".repeat(33)), channel, { maxKeys: 1 }),
  }),
  fc.record({ routes: fc.oneof(value, fc.array(route, { maxLength: 2 })) }),
  fc.record({ privacy: sectionOf("commit-messages", "authors") }),
);

function isRead(json: string): boolean {
  try {
    return lookAtSettings(json, "oddrun.yaml").problems.length === 0;
  } catch (error) {
    // a newer version is told alone
    if (error instanceof Problem) return false;
    throw error;
  }
}

test("an editor that goes by the schema takes what the reader takes, and nothing else", () => {
  const validate = new Ajv2020({ strict: false }).compile(settingsSchema());
  const counts = { taken: 0, refused: 0 };
  const isAlike = (settings: object): boolean => {
    const json = JSON.stringify(settings);
    const isTaken = isRead(json);
    counts[isTaken ? "taken" : "refused"]++;
    return validate(JSON.parse(json)) === isTaken;
  };
  fc.assert(fc.property(part, isAlike), { seed: 11, numRuns: 4000 });
  assert.ok(counts.taken > 400 && counts.refused > 400, JSON.stringify(counts));
});
