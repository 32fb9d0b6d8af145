/** The floor under `oddrun replay`: reads a run-history file and splits its lines into cells, and does nothing with them. `node read-alone.ts FILE` */
import { createReadStream } from "node:fs";

let cells = 0;
let rest = "";
for await (const chunk of createReadStream(process.argv[2]!, { encoding: "utf8", highWaterMark: 1 << 20 })) {
  const lines = (rest + (chunk as string)).split("\n");
  rest = lines.pop()!;
  for (const line of lines) cells += line.split(",").length;
}
process.stdout.write(`${cells}\n`);
