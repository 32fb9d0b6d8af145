import { writeSync } from "node:fs";

process.on("exit", () => writeSync(2, `peak ${process.resourceUsage().maxRSS}\n`));
