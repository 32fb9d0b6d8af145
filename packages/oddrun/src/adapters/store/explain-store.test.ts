import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { explainStoreContract } from "./explain-store.contract.ts";
import { openStore } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-explain-store-"));
after(() => {
  rmSync(folder, { recursive: true });
});

let stores = 0;
explainStoreContract("SQLite file", () => openStore(join(folder, `${stores++}`, "oddrun.db")));
