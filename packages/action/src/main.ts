import { DEFAULT_SETTINGS } from "oddrun/ports";

process.stdout.write(`${JSON.stringify(DEFAULT_SETTINGS.watch)}\n`);
