import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { openStore } from "./index.ts";
import { runStoreContract } from "./run-store.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-store-"));
after(() => {
  rmSync(folder, { recursive: true });
});

let stores = 0;
runStoreContract("SQLite file", () => openStore(join(folder, `${stores++}`, "oddrun.db")));
