import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { adoptionContract } from "./adoption.contract.ts";
import { alertStoreContract } from "./alert-store.contract.ts";
import { changeStoreContract } from "./change-store.contract.ts";
import { collectionStoreContract } from "./collection-store.contract.ts";
import { incidentStoreContract } from "./incident-store.contract.ts";
import { openStore } from "./index.ts";
import { reportedRunContract } from "./reported-run.contract.ts";
import { runStoreContract } from "./run-store.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "oddrun-store-"));
after(() => {
  rmSync(folder, { recursive: true });
});

let stores = 0;
const open = () => openStore(join(folder, `${stores++}`, "oddrun.db"));
runStoreContract("SQLite file", open);
collectionStoreContract("SQLite file", open);
adoptionContract("SQLite file", open);
reportedRunContract("SQLite file", open);
changeStoreContract("SQLite file", open);
incidentStoreContract("SQLite file", open);
alertStoreContract("SQLite file", open);
