import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import * as fc from "fast-check";
import { seededRandom } from "../random/index.ts";
import { asciiBytes, asciiJson, asciiText } from "./ascii.ts";
import { decodeModel } from "./decode-model.ts";
import { encodeModel, NO_DIGEST } from "./encode-model.ts";
import { forestStructure } from "./forest-structure.ts";
import type { IsolationForestModel } from "./model.ts";
import { ModelFormatError } from "./model-format-error.ts";
import { modelScorer } from "./model-scorer.ts";
import { trainModel } from "./train-model.ts";

type Files = ReadonlyMap<string, Uint8Array>;
type Json = Record<string, unknown>;

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function smallModel(treeCount: number, seed = 1, names = ["duration", "failure_rate"]) {
  const random = seededRandom(5);
  const samples = {
    values: Float64Array.from({ length: 400 }, () => random.next() * 100),
    rowCount: 200,
    featureCount: 2,
  };
  const { model, scores } = trainModel({
    kind: "metrics",
    features: [
      { name: names[0]!, unit: "seconds" },
      { name: names[1]!, unit: "share" },
    ],
    samples,
    contamination: 0.05,
    options: { treeCount, subsampleSize: 16, featuresPerTree: null, seed },
    dataWindow: { first: "2026-01-01T00:00:00Z", last: "2026-03-01T00:00:00Z" },
  });
  return { model, scores, samples, files: encodeModel(model, sha256) };
}

const digests = (files: Files) => [...files].map(([name, bytes]) => [name, sha256(bytes)]);
const ascii = (text: string): number[] => [...asciiBytes(text)];

const small = smallModel(3);
const refusal = (files: Files): ModelFormatError => {
  try {
    decodeModel(files, sha256);
  } catch (error) {
    assert.ok(error instanceof ModelFormatError, String(error));
    assert.equal(error.message, error.reason);
    return error;
  }
  throw new assert.AssertionError({ message: "the model was not refused" });
};
const withFile = (name: string, bytes: Uint8Array): Files => new Map([...small.files, [name, bytes]]);
const json = (): Json => JSON.parse(asciiText(small.files.get("model.json")!)!) as Json;

/** As a forger would: the change is made, then all digests are made anew. */
function resealed(change: (content: Json, forest: Uint8Array) => Uint8Array | void): Files {
  const content = json();
  const original = small.files.get("isolation_forest.bin")!.slice();
  const forest = change(content, original) ?? original;
  const entry = (content["files"] as Record<string, Json>)["isolation_forest.bin"];
  if (entry !== undefined) Object.assign(entry, { bytes: forest.length, sha256: sha256(forest) });
  const digest = sha256(asciiBytes(asciiJson({ ...content, sha256: NO_DIGEST })));
  return new Map([
    ["model.json", asciiBytes(asciiJson({ ...content, sha256: digest }))],
    ["isolation_forest.bin", forest],
  ]);
}

test("a saved model scores as the one that was trained, and is saved again to the same bytes", () => {
  const loaded = decodeModel(small.files, sha256);
  assert.deepEqual(loaded, small.model);
  assert.deepEqual(modelScorer(loaded).scores(small.samples), small.scores);
  assert.deepEqual(encodeModel(loaded, sha256), small.files);
});

test("files read by Node are decoded, and left as they were", () => {
  const files = new Map([...small.files].map(([name, bytes]) => [name, Buffer.from(bytes)]));
  assert.deepEqual(decodeModel(files, sha256), decodeModel(small.files, sha256));
  assert.deepEqual(digests(files), digests(small.files));
});

test("whatever numbers a model was trained on, saving and loading keeps it to the last bit", () => {
  const value = fc.oneof(fc.double({ noDefaultInfinity: true }), fc.integer({ min: -2, max: 2 }), fc.constant(-0));
  const input = fc.record({
    values: fc.array(value, { minLength: 2, maxLength: 80 }),
    contamination: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
    seed: fc.maxSafeNat(),
  });
  fc.assert(
    fc.property(input, ({ values, contamination, seed }) => {
      const rowCount = Math.floor(values.length / 2);
      const samples = { values: Float64Array.from(values.slice(0, 2 * rowCount)), rowCount, featureCount: 2 };
      const { model, scores } = trainModel({
        kind: "history",
        features: [
          { name: "a", unit: "ln-ratio" },
          { name: "b", unit: "none", neutral: 0 },
        ],
        samples,
        contamination,
        options: { treeCount: 4, subsampleSize: 16, featuresPerTree: 1, seed },
        dataWindow: null,
      });
      const loaded = decodeModel(encodeModel(model, sha256), sha256);
      assert.deepEqual(loaded, model);
      assert.deepEqual(modelScorer(loaded).scores(samples), scores);
    }),
    { seed: 4, numRuns: 300 },
  );
});

test("the same request gives the same bytes, on every Node version", () => {
  assert.deepEqual(digests(smallModel(3).files), digests(small.files));
  assert.notDeepEqual(digests(smallModel(3, 2).files), digests(small.files));
  assert.deepEqual(digests(small.files), [
    ["model.json", "d39d5cc7ec126196333b6c43b9a8c602deaa8a4cc3d7410f98693592eac2686b"],
    ["isolation_forest.bin", "69b9f8eff73e95b6b1bfb161747e79142b165ce50c5e18ca1c2a6d2766af8a06"],
  ]);
});

test("names in any script and with any character survive, and the file stays ASCII", () => {
  const names = ["durée \u{1f40c}\u2028", '"\\\n\u007f'];
  const { files } = smallModel(2, 1, names);
  assert.ok(files.get("model.json")!.every((byte) => byte <= 0x7e));
  assert.deepEqual(
    decodeModel(files, sha256).features.map((feature) => feature.name),
    names,
  );
});

test("every single changed byte is noticed", () => {
  for (const [name, original] of small.files) {
    for (let place = 0; place < original.length; place++) {
      const flipped = original.slice();
      flipped[place]! ^= 1 << (place % 8);
      refusal(withFile(name, flipped));
    }
  }
});

test("a thousand changed bytes of a large model are noticed, one at a time", () => {
  const { files } = smallModel(60);
  const bytes = files.get("isolation_forest.bin")!.slice();
  const random = seededRandom(1);
  for (let round = 0; round < 1000; round++) {
    const place = random.integer(bytes.length);
    const before = bytes[place]!;
    bytes[place] = before ^ (1 + random.integer(255));
    assert.throws(() => decodeModel(new Map([...files, ["isolation_forest.bin", bytes]]), sha256), ModelFormatError);
    bytes[place] = before;
  }
});

test("a file that was cut off anywhere is refused, and so are files of two versions mixed", () => {
  for (const [name, bytes] of small.files) {
    for (let length = 0; length < bytes.length; length += 7) refusal(withFile(name, bytes.slice(0, length)));
  }
  const other = smallModel(3, 2).files;
  for (const [name, bytes] of other) assert.match(refusal(withFile(name, bytes)).reason, /SHA-256|bytes/);
});

test("300 forged models with sound digests are refused, or are sound models of other numbers", () => {
  const edit = fc.record({ place: fc.nat(), value: fc.nat({ max: 255 }) });
  let refused = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const files = resealed((_, forest) => {
        for (const { place, value } of edits) forest[place % forest.length] = value;
      });
      try {
        const scores = modelScorer(decodeModel(files, sha256)).scores(small.samples);
        assert.ok(scores.every((score) => score > 0 && score <= 1));
      } catch (error) {
        assert.ok(error instanceof ModelFormatError, String(error));
        refused++;
      }
    }),
    { seed: 1, numRuns: 300 },
  );
  assert.ok(refused > 150, `${refused} refused`);
});

const forgeries: readonly [what: string, change: (content: Json) => void, field: string, reason: RegExp][] = [
  ["a newer format", (c) => (c["formatVersion"] = 2), "formatVersion", /is 2; this version of Oddrun reads up to 1/],
  ["a format without version", (c) => delete c["formatVersion"], "formatVersion", /which version/],
  ["version 0", (c) => (c["formatVersion"] = 0), "formatVersion", /is 0/],
  ["another format", (c) => (c["format"] = "other"), "format", /must be one of oddrun-isolation-forest/],
  ["no format", (c) => delete c["format"], "format", /not a model of Oddrun/],
  ["a missing field", (c) => delete c["threshold"], "threshold", /is missing/],
  ["an unknown field", (c) => (c["hook"] = "x"), "hook", /not a field of this format/],
  [
    "a field named __proto__",
    (c) => Object.defineProperty(c, "__proto__", { value: {}, enumerable: true }),
    "__proto__",
    /not a field/,
  ],
  ["contamination 2", (c) => (c["contamination"] = 2), "contamination", /is 2/],
  ["contamination 0", (c) => (c["contamination"] = 0), "contamination", /is 0/],
  ["a threshold of text", (c) => (c["threshold"] = "0.6"), "threshold", /isn't a finite number/],
  ["a threshold of 7", (c) => (c["threshold"] = 7), "threshold", /is 7/],
  ["scale 0", (c) => (c["scaler"] = { kind: "standard", mean: [0, 0], scale: [1, 0] }), "scaler.scale[1]", /is 0/],
  ["scale -1", (c) => (c["scaler"] = { kind: "standard", mean: [0, 0], scale: [-1, 1] }), "scaler.scale[0]", /is -1/],
  [
    "a mean that is not a number",
    (c) => (c["scaler"] = { kind: "standard", mean: [null, 0], scale: [1, 1] }),
    "scaler.mean[0]",
    /finite/,
  ],
  [
    "a short scaler",
    (c) => (c["scaler"] = { kind: "standard", mean: [0], scale: [1, 1] }),
    "scaler.mean",
    /has 1 items; 2 belong there/,
  ],
  ["an unknown kind", (c) => (c["kind"] = "x"), "kind", /must be one of metrics, history/],
  ["more flagged than rows", (c) => (c["flaggedCount"] = 201), "flaggedCount", /is 201/],
  ["half a row", (c) => (c["rowCount"] = 0.5), "rowCount", /it must lie from 1|whole number/],
  ["a metric of text", (c) => (c["metrics"] = { auc: "1" }), "metrics.auc", /finite number/],
  ["no features", (c) => (c["features"] = []), "features", /has 0 items; 1 to 65536 may stand there/],
];

for (const [what, change, field, reason] of forgeries) {
  test(`${what} in model.json is refused, and its field named`, () => {
    const error = refusal(
      resealed((content) => {
        change(content);
      }),
    );
    assert.match(error.reason, reason);
    assert.equal(error.field, field);
    assert.equal(error.file, "model.json");
  });
}

function refusedName(name: string): string {
  return refusal(resealed((content) => void Object.assign((content["features"] as Json[])[1]!, { name }))).reason;
}

test("feature names that are twice there, reserved or endless are refused", () => {
  assert.match(refusedName("duration"), /"duration" is there twice/);
  assert.match(refusedName("__proto__"), /"__proto__" can't be the name/);
  assert.match(refusedName("constructor"), /"constructor" can't be the name/);
  assert.match(refusedName(""), /has no name/);
  assert.match(refusedName("x".repeat(257)), /257 characters; 256 are allowed/);
});

test("lists and objects longer than any model's are refused before they are read", () => {
  const refused = (name: string, value: unknown) => refusal(resealed((content) => void (content[name] = value))).reason;
  const numbers = Array.from({ length: 65_537 }, () => 0);
  assert.match(refused("features", numbers), /features has 65537 items/);
  assert.match(refused("scaler", { kind: "standard", mean: numbers, scale: [1, 1] }), /mean has 65537 items; 2 belong/);
  const named = Object.fromEntries(numbers.slice(0, 257).map((zero, index) => [`m${index}`, zero]));
  assert.match(refused("metrics", named), /metrics has 257 fields; 256 are allowed/);
  assert.match(refused("files", named), /files has 257 fields/);
  assert.match(refusal(resealed((content) => void Object.assign(content, named))).reason, /model\.json has 272 fields/);
});

test("a digest of another length is not taken for one", () => {
  const text = asciiText(small.files.get("model.json")!)!;
  for (const digest of ["", "0", NO_DIGEST.slice(1)]) {
    const changed = text.replace(/[0-9a-f]{64}"\n\}\n$/, `${digest}"\n}\n`);
    assert.equal(refusal(withFile("model.json", asciiBytes(changed))).field, "sha256");
  }
});

test("a manifest that leaves the folder, names more files or too few is refused", () => {
  const listing = (files: Json) => refusal(resealed((content) => void (content["files"] = files))).reason;
  const entry = { bytes: 0, sha256: NO_DIGEST };
  for (const path of ["../isolation_forest.bin", "/etc/passwd", "C:\\model.bin", "..", "a/b"]) {
    assert.match(listing({ "isolation_forest.bin": entry, [path]: entry }), /is a path; a model's files lie beside/);
  }
  assert.match(listing({ "isolation_forest.bin": entry, "hook.js": entry }), /hook\.js is not a file of this format/);
  assert.match(listing({ "Isolation_Forest.bin": entry }), /not a file of this format/);
  assert.match(listing({}), /is missing/);
  assert.match(refusal(withFile("extra.bin", new Uint8Array(3))).reason, /"extra\.bin" .* is not listed/);
  const alone = new Map([["model.json", small.files.get("model.json")!]]);
  assert.equal(refusal(alone).file, "isolation_forest.bin");
  assert.match(refusal(new Map()).reason, /no model\.json/);
});

test("models of other programs are recognised and refused in words", () => {
  const foreign: readonly (readonly [bytes: number[], name: RegExp])[] = [
    [[0x80, 0x04, 0x95, 0x10], /Python pickle or joblib/],
    [[0x80, 0x02, 0x63], /Python pickle or joblib/],
    [[...ascii("PK"), 3, 4, 20, 0], /zip/],
    [[0x1f, 0x8b, 8, 0], /gzip/],
    [[0x89, ...ascii("HDF\r\n"), 0x1a], /HDF5/],
    [[0x08, 0x08, 0x12, 0x07, ...ascii("skl2onnx")], /ONNX/],
    [[0x08, 0x07, 0x3a, 0x90, 0x01], /ONNX/],
  ];
  for (const [bytes, name] of foreign) {
    for (const file of small.files.keys()) {
      const error = refusal(withFile(file, Uint8Array.from(bytes)));
      assert.match(error.reason, name);
      assert.match(error.reason, /not a model of Oddrun.*train again/);
      assert.equal(error.file, file);
    }
    assert.match(refusal(new Map([["model.pkl", Uint8Array.from(bytes)]])).reason, name);
  }
  assert.match(refusal(withFile("model.json", asciiBytes("hello"))).reason, /valid JSON/);
  assert.match(refusal(withFile("model.json", asciiBytes("[".repeat(1e6)))).reason, /valid JSON/);
  assert.match(refusal(withFile("model.json", asciiBytes("[]"))).reason, /isn't an object/);
  assert.match(refusal(withFile("model.json", Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b))).reason, /not ASCII/);
});

/** Places in the file: header 32 bytes, then thresholds, roots, features, right branches, sample counts. */
function layout(model: IsolationForestModel) {
  const nodeCount = model.forest.feature.length;
  const roots = 32 + 8 * nodeCount;
  const feature = roots + 4 * (model.forest.treeCount + 1);
  return { threshold: 32, roots, feature, right: feature + 4 * nodeCount, sampleCount: feature + 8 * nodeCount };
}

function forged(change: (view: DataView) => void): string {
  return refusal(resealed((_, forest) => change(new DataView(forest.buffer)))).reason;
}

test("trees that are cyclic, too deep, tangled or miscounted are refused", () => {
  const at = layout(small.model);
  const { roots, feature } = small.model.forest;
  const leaf = feature.indexOf(-1);
  const end = roots[1]!;
  assert.match(
    forged((view) => view.setUint32(at.right, 0, true)),
    /right branch of node 0 is 0, outside/,
  );
  assert.match(
    forged((view) => view.setUint32(at.right, 1, true)),
    /right branch of node 0 is 1, outside/,
  );
  assert.match(
    forged((view) => view.setUint32(at.right, end, true)),
    /outside its tree/,
  );
  assert.match(
    forged((view) => view.setUint32(at.right, 0xffffffff, true)),
    /outside its tree/,
  );
  assert.match(
    forged((view) => view.setInt32(at.feature, 2, true)),
    /splits on feature 2 of 2/,
  );
  assert.match(
    forged((view) => view.setInt32(at.feature, -2, true)),
    /splits on feature -2/,
  );
  assert.match(
    forged((view) => view.setFloat64(at.threshold, Number.NaN, true)),
    /node 0 has the threshold NaN/,
  );
  assert.match(
    forged((view) => view.setFloat64(at.threshold, Number.POSITIVE_INFINITY, true)),
    /Infinity/,
  );
  assert.match(
    forged((view) => view.setFloat64(at.threshold + 8 * leaf, 1, true)),
    /is a leaf with a threshold/,
  );
  assert.match(
    forged((view) => view.setUint32(at.sampleCount, 15, true)),
    /root holds 15 of 16/,
  );
  assert.match(
    forged((view) => view.setUint32(at.sampleCount + 4 * leaf, 9, true)),
    /its branches/,
  );
  assert.match(
    forged((view) => view.setUint32(at.roots, 1, true)),
    /first tree begins at node 1/,
  );
  assert.match(
    forged((view) => view.setUint32(at.roots + 4, 0, true)),
    /tree 0 has no nodes/,
  );
  assert.match(
    forged((view) => view.setUint32(8, 2, true)),
    /of format 2; this version of Oddrun reads format 1/,
  );
  assert.match(
    forged((view) => view.setUint32(16, 0xffffffff, true)),
    /has 4294967295 nodes/,
  );
  assert.match(
    forged((view) => view.setUint8(0, 0x58)),
    /doesn't begin with "ODDRUNIF"/,
  );
});

test("a tree like a line is refused by looking at its first nodes, more nodes than there can be by their number", () => {
  const nodeCount = 1_000_000;
  const line = {
    featureCount: 1,
    subsampleSize: 16,
    roots: Uint32Array.of(0, nodeCount),
    feature: new Int32Array(nodeCount),
    threshold: new Float64Array(nodeCount),
    right: Uint32Array.from({ length: nodeCount }, (_, node) => node + 2),
    sampleCount: new Uint32Array(nodeCount),
  };
  line.sampleCount.set([16, 10, 6, 4, 2, 2]);
  assert.equal(forestStructure(line).problem, "tree 0: node 4 lies deeper than the height limit of 4");
  const files = resealed((_, forest) => {
    const grown = new Uint8Array(forest.length + 20 * 94);
    grown.set(forest);
    const view = new DataView(grown.buffer);
    view.setUint32(16, view.getUint32(16, true) + 94, true);
    return grown;
  });
  assert.match(refusal(files).reason, /nodes; 3 trees of 16 samples have at most 93/);
});
