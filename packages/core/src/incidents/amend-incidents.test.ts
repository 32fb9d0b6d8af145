import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { amendIncidents, type ChangeWord, incidentAt, type IncidentRecord, type RepositoryActivity } from "./index.ts";
import { aWord, anEvent, DAY_MS, HOUR_MS, START } from "./incidents.contract.ts";

const LATENESS_MS = 2 * HOUR_MS;
const at = (hours: number): number => START + hours * HOUR_MS;

/** Keeps records as a store does, and amends them with one batch of words after the other. */
function ledger(activity: readonly RepositoryActivity[] = []) {
  const records = new Map<number, IncidentRecord>();
  return {
    say: (words: readonly ChangeWord[]): readonly IncidentRecord[] => {
      const known = [...records.values()].toSorted((one, other) => one.number - other.number);
      const input = { known, nextNumber: records.size + 1, words, activity, latenessMs: LATENESS_MS };
      const amended = amendIncidents(input);
      for (const record of amended) {
        const before = records.get(record.number);
        assert.deepEqual(record.history.slice(0, before?.history.length ?? 0), before?.history ?? []);
        records.set(record.number, record);
      }
      return amended;
    },
    put: (record: IncidentRecord) => records.set(record.number, record),
    records: () => [...records.values()],
    states: (nowMs: number) => [...records.values()].map((record) => incidentAt(record, nowMs).state),
    /** Sets of changes that are one incident, whatever its number. */
    partition: () =>
      [...records.values()]
        .filter(({ changes }) => changes.length > 0)
        .map(({ changes }) => changes.map(({ seriesId, changeNumber }) => `${changeNumber} ${seriesId}`).toSorted())
        .toSorted((one, other) => (one[0]! < other[0]! ? -1 : 1)),
  };
}

const repositories = (count: number): RepositoryActivity[] =>
  Array.from({ length: count }, (_, index) => ({
    repositoryId: index + 1,
    firstMs: START - 100 * DAY_MS,
    lastMs: START + 100 * DAY_MS,
  }));

test("a workflow, its jobs of the matrix and their steps that move together are one incident", () => {
  const { say, records } = ledger();
  const cells = ["ubuntu, 20", "ubuntu, 22", "windows, 20"].map((cell) => `test (${cell})`);
  say([
    aWord({}, { atMs: at(24), onsetMs: at(0) }),
    ...cells.map((job, index) => aWord({ scope: "job", job }, { atMs: at(30), onsetMs: at(index) })),
    ...cells.map((job) => aWord({ scope: "step", job, part: "npm test" }, { atMs: at(40), onsetMs: at(4) })),
    aWord({ measure: "cost" }, { atMs: at(40), onsetMs: at(4) }),
  ]);
  assert.equal(records().length, 1);
  const incident = incidentAt(records()[0]!, at(40));
  assert.deepEqual([incident.kind, incident.changes.length, incident.onsetMs], ["slower", 8, at(0)]);
  assert.equal(incident.changes[0]!.series.scope, "run");
});

test("other kinds, directions, metrics and repositories are other incidents", () => {
  const { say, records } = ledger();
  say([
    aWord(),
    aWord({}, { changeNumber: 2, direction: "down", level: 200_000 }),
    aWord({ measure: "failure" }),
    aWord({ measure: "schedule", event: "schedule" }),
    aWord({ measure: "metric", part: "coverage" }),
    aWord({ measure: "metric", part: "bundle" }),
    aWord({ repositoryId: 8 }),
  ]);
  assert.equal(records().length, 7);
});

test("onsets days apart are two incidents where runs are many, and one where runs are few", () => {
  const busy = ledger();
  const apart = (runCount: number) => [
    aWord({}, { onsetMs: at(0), atMs: at(100), runCount }),
    aWord({ workflowId: 71 }, { onsetMs: at(70), atMs: at(170), runCount }),
  ];
  busy.say(apart(200));
  assert.equal(busy.records().length, 2);
  const quiet = ledger();
  quiet.say(apart(5));
  assert.equal(quiet.records().length, 1);
});

test("a change that is told later joins the nearest incident, which keeps its number and its onset", () => {
  const { say, records } = ledger();
  say([aWord({}, { atMs: at(24), onsetMs: at(0) })]);
  say([aWord({ scope: "job", job: "a" }, { atMs: at(90), onsetMs: at(60) })]);
  const [amended] = say([aWord({ scope: "job", job: "b" }, { atMs: at(100), onsetMs: at(20) })]);
  assert.deepEqual([amended!.number, amended!.anchorMs, records().length], [1, at(0), 2]);
});

test("what was said before may be said again: nothing is amended", () => {
  const { say } = ledger();
  const words = [aWord(), aWord({ scope: "job", job: "a" }), aWord({}, { state: "recovered", atMs: at(90) })];
  assert.equal(say(words).length, 1);
  assert.deepEqual(say(words), []);
  assert.deepEqual(say([]), []);
});

test("words about a change that is known go to its incident: recovered, grown, and corrected figures", () => {
  const { say, states, records } = ledger();
  say([aWord({}, { state: "suspected", atMs: at(10), onsetMs: at(1) })]);
  assert.deepEqual(states(at(10)), ["suspected"]);
  say([aWord({}, { atMs: at(24), onsetMs: at(0) })]);
  assert.deepEqual(states(at(24)), ["new"]);
  say([aWord({}, { state: "grown", atMs: at(80), onsetMs: at(0), level: 700_000 })]);
  assert.deepEqual(states(at(80)), ["grown"]);
  say([aWord({}, { state: "grown", atMs: at(80), onsetMs: at(0), level: 800_000 })]);
  assert.equal(records()[0]!.changes[0]!.latest.level, 800_000);
  assert.equal(records()[0]!.history.length, 3);
  say([aWord({}, { state: "recovered", atMs: at(200), onsetMs: at(0) })]);
  assert.deepEqual(states(at(200)), ["recovered"]);
});

test("a correction takes back what was said: the change is open again, or none at all", () => {
  const { say, states, records } = ledger();
  const correct = (each: ChangeWord) => ({ ...each, isCorrection: true });
  const recovered = aWord({}, { state: "recovered", atMs: at(90), onsetMs: at(0) });
  say([aWord({}, { atMs: at(24), onsetMs: at(0) }), recovered]);
  assert.deepEqual(states(at(90)), ["recovered"]);
  say([correct(aWord({}, { state: "grown", atMs: at(89), onsetMs: at(0) }))]);
  assert.deepEqual(states(at(90)), ["new"]);
  const none = correct(aWord({}, { state: "withdrawn", atMs: at(91), onsetMs: at(0) }));
  say([none]);
  assert.deepEqual([states(at(91)), records()[0]!.changes], [["withdrawn"], []]);
  say([aWord({}, { atMs: at(900), onsetMs: at(880) })]);
  assert.deepEqual(states(at(900)), ["withdrawn", "new"], "its number is another change's now");
  say([{ ...none }, aWord({ workflowId: 71 }, { atMs: at(910), onsetMs: at(881) })]);
});

test("a correction before anything was kept leaves the change that stands, or nothing", () => {
  const { say, records } = ledger();
  const gone = { ...aWord({}, { state: "withdrawn", atMs: at(30) }), isCorrection: true };
  say([aWord({}, { atMs: at(24) }), gone]);
  assert.equal(records().length, 0);
  say([aWord({}, { atMs: at(24) }), gone, aWord({}, { atMs: at(500), onsetMs: at(490) })]);
  assert.deepEqual(
    records().map(({ anchorMs }) => anchorMs),
    [at(490)],
  );
});

const fleet = (count: number, from = 1) =>
  Array.from({ length: count }, (_, index) =>
    aWord({ repositoryId: from + index }, { onsetMs: at(index / 2), atMs: at(24 + index), runCount: 100 }),
  );

test("many repositories that move within a day are one fleet-wide incident", () => {
  const { say, records } = ledger(repositories(20));
  say(fleet(12));
  assert.equal(records().length, 1);
  const incident = incidentAt(records()[0]!, at(40));
  assert.deepEqual([incident.isFleetWide, incident.repositoryIds.length], [true, 12]);
});

test("told one by one, the first becomes fleet-wide, the others merge into it, and later ones join it", () => {
  const { say, records, states } = ledger(repositories(20));
  for (const each of fleet(7)) say([each]);
  assert.deepEqual(states(at(31)), ["grown", "merged", "merged", "merged", "merged"], "the sixth makes it sure");
  const [first, second] = records();
  assert.equal(first!.changes.length, 7);
  assert.equal(incidentAt(second!, at(31)).mergedInto, 1);
  say(fleet(8).slice(7));
  assert.deepEqual([records().length, records()[0]!.changes.length], [5, 8]);
  say([aWord({ repositoryId: 9 }, { onsetMs: at(60), atMs: at(70) })]);
  assert.equal(records().length, 6, "days later it is another cause");
});

test("repositories are counted, however many workflows each of them runs", () => {
  const { say, records } = ledger(repositories(20).flatMap((each) => Array.from({ length: 10 }, () => each)));
  say(fleet(12));
  assert.equal(incidentAt(records()[0]!, at(40)).isFleetWide, true);
  assert.equal(records().length, 1);
});

test("a fleet is found whatever repository is read first", () => {
  const { say, records } = ledger(repositories(20));
  for (const each of fleet(8).toReversed()) say([each]);
  const open = records().filter(({ changes }) => changes.length > 0);
  assert.deepEqual(
    open.map((record) => [incidentAt(record, at(40)).isFleetWide, record.changes.length]),
    [[true, 8]],
  );
});

test("two repositories are no fleet, nor are as many as move in any two days", () => {
  const two = ledger(repositories(3));
  two.say(fleet(2));
  assert.equal(two.records().length, 2);
  const usual = ledger(repositories(20));
  const everyDay = Array.from({ length: 60 * 6 }, (_, index) => {
    const onsetMs = START - (70 - index / 6) * DAY_MS;
    return aWord(
      { repositoryId: 1 + (index % 20) },
      { onsetMs, atMs: onsetMs + HOUR_MS, runCount: 100, changeNumber: 2 + index },
    );
  });
  usual.say(everyDay);
  usual.say(fleet(7));
  const fleets = usual.records().flatMap(({ history }) => history.filter(({ what }) => what === "fleet-wide"));
  assert.ok(
    fleets.every(({ atMs }) => atMs < START - 50 * DAY_MS),
    "but for the first days, when nothing was usual yet",
  );
});

test("what a person rejected takes in more of the same, and is no part of a fleet", () => {
  const { say, records, put, states } = ledger(repositories(20));
  say(fleet(1));
  const [first] = records();
  put({ ...first!, history: [...first!.history, anEvent("rejected", at(25), { place: 2 })] });
  say([...fleet(8, 2), aWord({ repositoryId: 1, scope: "job", job: "a" }, { onsetMs: at(1), atMs: at(30) })]);
  assert.deepEqual(states(at(40)), ["rejected", "grown"]);
  assert.equal(records()[0]!.changes.length, 2);
});

test("a word that comes late, but within the lateness, has the effect it would have had in time", () => {
  const early = aWord({}, { onsetMs: at(0), atMs: at(80), runCount: 100 });
  const later = aWord({ workflowId: 71 }, { onsetMs: at(40), atMs: at(80.5), runCount: 100 });
  const last = aWord({ workflowId: 72 }, { onsetMs: at(70), atMs: at(81), runCount: 100 });
  const inTime = ledger();
  inTime.say([early, later, last]);
  const late = ledger();
  late.say([last, later]);
  assert.equal(late.records().length, 1);
  late.say([early]);
  assert.deepEqual(late.partition(), inTime.partition());
  assert.equal(late.partition().length, 2);
});

const word = fc
  .record({
    repositoryId: fc.integer({ min: 1, max: 5 }),
    workflowId: fc.integer({ min: 1, max: 2 }),
    job: fc.constantFrom("", "test (a)", "test (b)"),
    changeNumber: fc.integer({ min: 1, max: 3 }),
    hour: fc.integer({ min: 0, max: 400 }),
    isTold: fc.boolean(),
  })
  .map(({ repositoryId, workflowId, job, changeNumber, hour, isTold }) => {
    const series = { repositoryId, workflowId, job, scope: job === "" ? ("run" as const) : ("job" as const) };
    const atMs = at(hour / 4);
    const state = isTold ? "told" : "suspected";
    // one onset for each change: a detector does not say two of one
    const onsetMs = START - (repositoryId + workflowId * 7 + job.length * 3 + changeNumber * 29) * HOUR_MS;
    return aWord(series, { changeNumber, state, atMs, onsetMs, runCount: 1000 });
  });
const key = ({ seriesId, event }: ChangeWord) => `${seriesId} ${event.changeNumber} ${event.state} ${event.at.atMs}`;

test("the order in which words come within the lateness does not matter, and no number is ever lost", () => {
  const words = fc.uniqueArray(word, { selector: key, minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(words, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (said, delays) => {
      const whole = ledger(repositories(5));
      whole.say(said);
      const parts = ledger(repositories(5));
      const delay = delays[Symbol.iterator]();
      const arriving = said
        .map((each) => ({ each, atMs: each.event.at.atMs + (delay.next().value as number) * LATENESS_MS * 0.99 }))
        .toSorted((one, other) => one.atMs - other.atMs);
      for (const { each } of arriving) {
        const numbers = parts.records().map(({ number }) => number);
        parts.say([each]);
        assert.ok(numbers.every((number) => parts.records().some((record) => record.number === number)));
      }
      assert.deepEqual(parts.partition(), whole.partition());
      const open = (from: typeof parts) =>
        from
          .records()
          .map((record) => incidentAt(record, at(500)))
          .filter(({ state }) => state !== "merged")
          .map(({ state, isFleetWide, changes }) => `${state} ${isFleetWide} ${changes.length}`)
          .toSorted();
      assert.deepEqual(open(parts), open(whole));
    }),
    { seed: 11, numRuns: 200 },
  );
});
