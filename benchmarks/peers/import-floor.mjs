// The least an import does: csv-parse, then each row into one SQLite table, 1000 rows a transaction.
import { createReadStream } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { parse } from "csv-parse";

const [, , file, store] = process.argv;
const database = new DatabaseSync(store);
database.exec("pragma journal_mode = wal; pragma synchronous = full");
const columns =
  "repository, workflow, run_id, run_attempt, branch, event, created_at, run_started_at, completed_at, duration_s, conclusion";
database.exec(`create table runs (${columns}, primary key (repository, run_id, run_attempt)) without rowid`);
const insert = database.prepare(`insert into runs values (${columns.replaceAll(/\w+/g, "?")})`);
let count = 0;
database.exec("begin immediate");
for await (const row of createReadStream(file).pipe(parse({ from_line: 2 }))) {
  insert.run(...row);
  count += 1;
  if (count % 1000 === 0) database.exec("commit; begin immediate");
}
database.exec("commit");
console.log(count);
