import { scoreCommand } from "./commands/score.ts";
import { start } from "./start.ts";

/** `score` alone, to be bundled to one file: loading sixty modules one by one would take longer than scoring a record. */
await start({ score: () => Promise.resolve(scoreCommand) });
