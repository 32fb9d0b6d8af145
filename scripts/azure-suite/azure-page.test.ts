import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { startAzureStandIn } from "../azure-stand-in/index.ts";
import { matchesShown, runShown, shownCommands } from "../console-session.ts";
import { PROGRAM } from "../collect-suite/oddrun-process.ts";
import { IMAGE } from "./fault-stage.ts";

/** Lines of progress come when a command takes long, on a slow machine anywhere. */
const PROGRESS = /^(?:(?:looked at \d|storing \d|recording the|fetching \d|training on).*|.*: \w+, \d+ s)\n/gm;
const page = readFileSync(new URL("../../docs/azure.md", import.meta.url), "utf8");

test("every command of the page on Azure gives the output it shows, one after the other", async (t) => {
  const standIn = await startAzureStandIn();
  const folder = mkdtempSync(join(tmpdir(), "oddrun-azure-page-"));
  t.after(async () => {
    await standIn.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "oddrun"), `#!/bin/sh\nexec "${process.execPath}" "${PROGRAM}" "$@"\n`);
  chmodSync(join(bin, "oddrun"), 0o755);
  const commands = shownCommands(page);
  assert.ok(commands.length > 10);
  const env = {
    ...standIn.env,
    PATH: [bin, process.env["PATH"]].join(delimiter),
    ODDRUN_SCORING_IMAGE: IMAGE,
    HOME: folder,
    GITHUB_TOKEN: "",
    GH_TOKEN: "",
  };
  await runShown(commands, folder, env, (shown, all) => {
    const output = all.replaceAll(PROGRESS, "");
    assert.ok(
      matchesShown(output, shown.output),
      `docs/azure.md line ${shown.line}: ${shown.command}\ngave\n${output}\nand is shown as\n${shown.output.join("\n")}`,
    );
  });
  assert.equal(standIn.state.endpoints.size, 0);
});
