import assert from "node:assert/strict";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { Problem, type ProblemCode } from "../../operations/problems.ts";
import { openStore } from "./index.ts";
import { aBatch, aRun } from "./run-fixtures.contract.ts";
import { storeProblem } from "./store-problems.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-store-file-"));
after(() => {
  rmSync(folder, { recursive: true });
});

let files = 0;
const newPath = (): string => join(folder, `${files++}.db`);

async function newStore(): Promise<string> {
  const path = newPath();
  const store = await openStore(path);
  await store.save(aBatch());
  await store.close();
  return path;
}

function isProblem(code: ProblemCode, path: string, words: RegExp = /./) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Problem, String(error));
    assert.equal(error.code, code);
    assert.equal(error.exitCode, code === "no-runs" ? 3 : 5);
    assert.ok(error.message.includes(path));
    assert.ok(!error.message.includes("\n"));
    assert.match(error.message, words);
    return true;
  };
}

test("the file uses a write-ahead log and every commit reaches the disk", async () => {
  const path = newPath();
  const store = await openStore(path);
  await store.save(aBatch());
  const database = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual({ ...database.prepare("pragma journal_mode").get() }, { journal_mode: "wal" });
  database.close();
  await store.close();
});

test("a store that is opened again keeps what was saved, and its tables are made once", async () => {
  const path = await newStore();
  const store = await openStore(path);
  assert.equal(await store.countRuns(), 1);
  await store.close();
});

test("a store of a newer version is refused and not touched", async () => {
  const path = await newStore();
  const database = new DatabaseSync(path);
  database.exec("insert into kysely_migration values ('9999-later', '2030-01-01T00:00:00.000Z')");
  database.close();
  const before = readFileSync(path);
  await assert.rejects(openStore(path), isProblem("store-newer", path, /newer version/));
  await assert.rejects(openStore(path, { readOnly: true }), isProblem("store-newer", path));
  assert.deepEqual(readFileSync(path), before);
});

test("a store from before the first release, whose tables were different, is refused in words", async () => {
  for (const change of ["drop table read_marks", "alter table run_attempts drop column end_from"]) {
    const path = await newStore();
    const database = new DatabaseSync(path);
    database.exec(change);
    database.close();
    await assert.rejects(openStore(path), isProblem("store-not-a-store", path, /before the first release/));
  }
});

test("what is not a store is refused in words", async () => {
  const text = newPath();
  writeFileSync(text, "build_id,duration,failure_rate\n".repeat(100));
  await assert.rejects(openStore(text), isProblem("store-not-a-store", text, /not a SQLite file/));
  const other = newPath();
  const database = new DatabaseSync(other);
  database.exec("create table music (title text)");
  database.close();
  await assert.rejects(openStore(other), isProblem("store-not-a-store", other, /another program/));
  const directory = newPath();
  mkdirSync(directory);
  await assert.rejects(openStore(directory), isProblem("store-not-a-store", directory, /not a regular file/));
  const below = join(text, "oddrun.db");
  await assert.rejects(openStore(below), isProblem("store-not-writable", below, /folder/));
});

test("a link to nowhere is refused, or followed to a new store", async () => {
  const link = newPath();
  symlinkSync(join(folder, "no-such-folder", "store.db"), link);
  await assert.rejects(openStore(link), isProblem("store-not-writable", link));
});

test("a damaged store is refused or fails in words", async () => {
  const path = await newStore();
  truncateSync(path, 20_000);
  await assert.rejects(
    async () => {
      const store = await openStore(path);
      try {
        await store.save(aBatch({ runs: [aRun({ runId: 2 })] }));
        await store.judgedRuns();
      } finally {
        await store.close();
      }
    },
    isProblem("store-damaged", path),
  );
});

test("a missing store is not made for a reader", async () => {
  const path = newPath();
  await assert.rejects(openStore(path, { readOnly: true }), isProblem("no-runs", path));
  await assert.rejects(openStore(path, { create: false }), isProblem("no-runs", path));
});

test("a reader changes nothing, and a write through it is refused", async () => {
  const path = await newStore();
  const store = await openStore(path, { readOnly: true });
  assert.equal(await store.countRuns(), 1);
  await assert.rejects(store.save(aBatch({ runs: [aRun({ runId: 2 })] })), isProblem("store-not-writable", path));
  await store.close();
});

const isRoot = process.getuid?.() === 0;

test("a store without the permission to write is refused, but may be read", {
  skip: isRoot && "root may write anything",
}, async () => {
  const path = join(folder, "locked", "oddrun.db");
  mkdirSync(join(folder, "locked"));
  copyFileSync(await newStore(), path);
  chmodSync(path, 0o444);
  chmodSync(join(folder, "locked"), 0o555);
  try {
    await assert.rejects(openStore(path), isProblem("store-not-writable", path));
    const store = await openStore(path, { readOnly: true });
    assert.equal(await store.countRuns(), 1);
    await store.close();
  } finally {
    chmodSync(join(folder, "locked"), 0o755);
  }
});

test("a write that waited too long for another process is a clear problem, and works once that is done", async () => {
  const path = await newStore();
  const other = new DatabaseSync(path);
  const store = await openStore(path, { busyTimeoutMs: 20 });
  other.exec("begin immediate");
  const batch = aBatch({ runs: [aRun({ runId: 2 })] });
  await assert.rejects(store.save(batch), isProblem("store-busy", path, /Another process/));
  assert.equal(await store.countRuns(), 1);
  other.exec("rollback");
  other.close();
  await store.save(batch);
  assert.equal(await store.countRuns(), 2);
  await store.close();
});

test("a full disk is a clear problem, and nothing of the batch is kept", async () => {
  const path = await newStore();
  const store = await openStore(path);
  // A page limit makes SQLite answer as on a full disk; it counts for the connection that sets it.
  const full = new DatabaseSync(path);
  full.exec("pragma max_page_count = 1");
  const error = (() => {
    try {
      full.exec("create table t (x); insert into t values (zeroblob(10000000))");
      return undefined;
    } catch (error) {
      return error;
    }
  })();
  assert.ok(isProblem("store-full", path, /space/)(storeProblem(path, error)));
  full.close();
  assert.equal(await store.countRuns(), 1);
  await store.close();
});

const from = (fields: object) => storeProblem("x.db", Object.assign(new Error("words"), fields));

test("errors of the file system and of SQLite become one line each; others pass through", () => {
  assert.ok(isProblem("store-full", "x.db")(from({ code: "ENOSPC" })));
  assert.ok(isProblem("store-not-writable", "x.db")(from({ code: "EROFS" })));
  assert.ok(isProblem("store-failed", "x.db", /words/)(from({ errcode: 10 })));
  const other = new TypeError("not ours");
  assert.equal(storeProblem("x.db", other), other);
});
