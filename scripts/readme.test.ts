import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { matchesShown, runShown, shownCommands } from "./console-session.ts";

const root = new URL("..", import.meta.url).pathname;
const readme = readFileSync(join(root, "README.md"), "utf8");

const needsCurl = spawnSync("curl", ["--version"]).status === 0 ? false : "the README's session needs curl";

test("every command of the README gives the output it shows", { timeout: 120_000, skip: needsCurl }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "oddrun-readme-"));
  for (const name of ["docs", "scripts", "package.json"]) symlinkSync(join(root, name), join(folder, name));
  const [port, gitHubPort] = [String(await freePort()), String(await freePort())];
  // ports of its own, so that the test runs beside a server of yours
  const commands = shownCommands(readme.replaceAll("8081", port).replaceAll("8082", gitHubPort));
  assert.ok(commands.length >= 5, `only ${commands.length} commands were found`);
  const path = [join(root, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  try {
    await runShown(commands, folder, { PATH: path, ODDRUN_PORT: port, ODDRUN_WAIT_SCALE: "0.001" }, (shown, output) => {
      assert.ok(
        matchesShown(output, shown.output),
        `README line ${shown.line}: ${shown.command}\ngave\n${output}\nand is shown as\n${shown.output.join("\n")}`,
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the README begins with the two commands", () => {
  assert.match(readme, /npm ci && npm start/);
  assert.match(readme, /npm ci && npm test/);
});

test("shown output matches with its gaps, and nothing else does", () => {
  assert.ok(matchesShown("a 1 b\nc\nd\n", ["a … b", "…", "d"]));
  assert.ok(matchesShown("", []));
  assert.ok(!matchesShown("a 1 c\nd\n", ["a … b", "d"]));
  assert.ok(!matchesShown("a\nextra\n", ["a"]));
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
