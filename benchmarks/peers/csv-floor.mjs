// csv-parse alone: take a file apart, keep nothing.
import { createReadStream } from "node:fs";
import { parse } from "csv-parse";

let count = 0;
for await (const _ of createReadStream(process.argv[2]).pipe(parse())) count += 1;
console.log(count);
