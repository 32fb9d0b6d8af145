import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import type { CommandSpec } from "../command.ts";

/** `oddrun init`: the settings with every line explained, and the workflow that watches. It asks nothing. */
export const initCommand: CommandSpec = {
  name: "init",
  summary: "Write oddrun.yaml with every setting explained, and the workflow that watches",
  args: [{ name: "folder", description: "The repository's folder (default: here)", required: false }],
  options: [
    { name: "workflow", description: "Write .github/workflows/oddrun.yml too" },
    { name: "force", description: "Replace what is there" },
  ],
  async run(input, context) {
    const folder = input.args[0] ?? ".";
    if (folder === "" || !existsSync(folder)) throw problem("input-not-found", printable(folder, 200), "");
    const { settingsFileText, watchWorkflowText } = await import("../../operations/settings/settings-files.ts");
    const { openOutput } = await import("../../adapters/files/output.ts");
    const { makeFolder } = await import("../../adapters/files/make-folder.ts");
    const { releaseTag } = await import("../version.ts");
    const force = input.isSet("force");
    const wanted = [
      { path: join(folder, "oddrun.yaml"), text: settingsFileText(releaseTag()) },
      ...(input.isSet("workflow")
        ? [{ path: join(folder, ".github/workflows/oddrun.yml"), text: watchWorkflowText(releaseTag()) }]
        : []),
    ];
    const missing = force ? wanted : wanted.filter(({ path }) => !existsSync(path));
    if (missing.length === 0) {
      const wayOut = 'Look at it with "oddrun config check", or replace it with --force.';
      throw problem("output-exists", printable(wanted.at(-1)!.path, 200), wayOut);
    }
    for (const { path, text } of missing) {
      makeFolder(dirname(path));
      const output = await openOutput(path, context.stdout, { force });
      try {
        await output.write(text);
        await output.commit();
      } finally {
        await output.abort();
      }
    }
    for (const { path } of wanted) {
      const isWritten = missing.some((one) => one.path === path);
      context.stdout.write(`${isWritten ? "Wrote" : "Left as it is:"} ${printable(path, 200)}\n`);
    }
    context.stdout.write(
      input.isSet("workflow")
        ? "Commit them to the default branch, and start the workflow once by hand: its summary is the first report.\n"
        : 'Change what you like, and see with "oddrun config check" what it does. No file is needed for what is usual.\n',
    );
    return 0;
  },
};
