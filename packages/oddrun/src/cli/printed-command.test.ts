import assert from "node:assert/strict";
import { test } from "node:test";
import { printedCommand } from "./printed-command.ts";

const input = (dataDir?: string) => ({ text: (name: string) => (name === "data-dir" ? dataDir : undefined) });

test("a command is printed as it works where the program was started, with the data folder that was named", () => {
  const cases = [
    [undefined, {}, "oddrun detect"],
    ["/tmp/store", {}, "oddrun detect --data-dir /tmp/store"],
    ["it's here", {}, String.raw`oddrun detect --data-dir 'it'\''s here'`],
    ["a;b", {}, "oddrun detect --data-dir 'a;b'"],
    [undefined, { npm_command: "exec", npm_config_local_prefix: "/co", INIT_CWD: "/co/docs" }, "npx oddrun detect"],
    [
      undefined,
      { npm_command: "exec", npm_config_local_prefix: "/co", INIT_CWD: "/co2" },
      "npx --prefix /co oddrun detect",
    ],
  ] as const;
  for (const [dataDir, env, printed] of cases) assert.equal(printedCommand("detect", input(dataDir), { env }), printed);
});
