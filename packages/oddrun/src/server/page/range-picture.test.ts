import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { textOf } from "./html.ts";
import { rangePicture } from "./range-picture.ts";

const comparison = { feature: "duration", value: 480, usual: 280, usualLow: 228, usualHigh: 336 };

test("a value outside is a diamond beyond the band, one inside a circle within it", () => {
  const outside = textOf(rangePicture(comparison, "t"));
  assert.match(outside, /<path class="mark out"/);
  assert.doesNotMatch(outside, /<circle/);
  const inside = textOf(rangePicture({ ...comparison, value: 300 }, "t"));
  const [, at] = /<circle class="mark" cx="([\d.]+)"/.exec(inside)!;
  const [, start, width] = /<rect class="band" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"/.exec(inside)!;
  assert.ok(Number(at) > Number(start) && Number(at) < Number(start) + Number(width));
});

test("the picture has a role and its title says in words what it shows, escaped", () => {
  assert.match(textOf(rangePicture(comparison, "<x>")), /^<svg class="range" role="img" .*<title>&lt;x&gt;<\/title>/);
});

test("whatever the numbers, every coordinate is finite and the mark within the picture", () => {
  const number = fc.double({ min: -1e300, max: 1e300, noNaN: true });
  fc.assert(
    fc.property(number, fc.tuple(number, number, number), (value, usual) => {
      const [usualLow, middle, usualHigh] = [...usual].sort((a, b) => a - b) as [number, number, number];
      const picture = textOf(rangePicture({ feature: "f", value, usual: middle, usualLow, usualHigh }, "t"));
      assert.doesNotMatch(picture, /NaN|Infinity|e\+/);
      const at = Number(/class="mark(?: out)?" (?:d="M|cx=")([-\d.]+)/.exec(picture)![1]);
      assert.ok(at >= 0 && at <= 240, picture);
    }),
    { seed: 7, numRuns: 500 },
  );
});
