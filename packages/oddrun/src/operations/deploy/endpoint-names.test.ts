import assert from "node:assert/strict";
import { test } from "node:test";
import { checkEndpointName, checkImage, readTraffic } from "./endpoint-names.ts";

test("an endpoint's name is held to Azure's rules before anything is asked", () => {
  for (const name of ["abc", "oddrun-1f2e3d4c", "A1b", "a".repeat(32)]) assert.equal(checkEndpointName(name), name);
  for (const name of ["ab", "1abc", "-abc", "abc-", "a--b", "a_bc", "a.bc", "a".repeat(33), "", "äbc", "abc\n"]) {
    assert.throws(() => checkEndpointName(name), /cannot name an endpoint: 3 to 32 letters/, name);
  }
});

test("an image is taken by its digest alone, and a tag is told why not", () => {
  const digest = `sha256:${"0a".repeat(32)}`;
  for (const image of [`reg.azurecr.io/oddrun-scoring@${digest}`, `localhost:5000/a/b@${digest}`]) {
    assert.equal(checkImage(image), image);
  }
  assert.throws(() => checkImage("reg.azurecr.io/oddrun-scoring:1.0"), /A tag can be moved/);
  for (const image of [
    `reg.azurecr.io/oddrun-scoring@${digest.slice(0, -1)}`,
    `https://reg.azurecr.io/oddrun-scoring@${digest}`,
    `reg.azurecr.io/x@sha256:${"0A".repeat(32)}`,
  ]) {
    assert.throws(() => checkImage(image), /is not an image by digest/, image);
  }
});

test("what is wrong with an image is said, not only how a right one looks", () => {
  const digest = `sha256:${"0a".repeat(32)}`;
  for (const [image, why] of [
    [`oddrun-scoring@${digest}`, /the registry before it is missing/],
    [`REGISTRY/oddrun-scoring@${digest}`, /"REGISTRY" is no registry.*NAME\.azurecr\.io/],
    [`https://reg.azurecr.io/x@${digest}`, /without https/],
    [`reg.azurecr.io/x@${digest}0`, /64 hex digits in small letters/],
    [`reg.azurecr.io/X@${digest}`, /the name between/],
  ] as const) {
    assert.throws(() => checkImage(image), why, image);
  }
});

test("traffic is read as whole percents that make 100, or 0 for none at all", () => {
  assert.deepEqual(
    [...readTraffic("blue=90, green=10")],
    [
      ["blue", 90],
      ["green", 10],
    ],
  );
  assert.deepEqual([...readTraffic("blue=0")], [["blue", 0]]);
  for (const [text, why] of [
    ["blue=90", /the parts make 90/],
    ["blue=60,blue=40", /blue stands twice/],
    ["blue=9.5,green=90.5", /is not a deployment and its whole percent/],
    ["=100", /is not a deployment/],
    ["blue=100,", /is not a deployment/],
    ["blue=-10,green=110", /is not a deployment/],
  ] as const) {
    assert.throws(() => readTraffic(text), why, text);
  }
});
