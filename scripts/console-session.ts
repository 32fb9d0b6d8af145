import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A command as a document shows it, with the output shown under it. */
export interface ShownCommand {
  readonly line: number;
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands of the ```console blocks of a Markdown text: lines that begin with "$ ", each followed by its output. */
export function shownCommands(markdown: string): ShownCommand[] {
  const found: { line: number; command: string; output: string[] }[] = [];
  let isConsole = false;
  for (const [index, line] of markdown.split("\n").entries()) {
    if (line.startsWith("```")) isConsole = line === "```console";
    else if (isConsole && line.startsWith("$ ")) found.push({ line: index + 1, command: line.slice(2), output: [] });
    else if (isConsole) found.at(-1)?.output.push(line);
  }
  return found;
}

/** Whether real output is what was shown. "…" stands for any text in a line, a line of only "…" for any lines. */
export function matchesShown(real: string, shown: readonly string[]): boolean {
  const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pattern = shown
    .map((line) => (line.trim() === "…" ? "(?:.*\\n)*?" : `${line.trimEnd().split("…").map(escape).join(".*")}[ ]*\\n`))
    .join("");
  return new RegExp(`^${pattern}$`).test(real === "" || real.endsWith("\n") ? real : `${real}\n`);
}

/** Runs a document's commands one after the other in `folder`; one that ends in "&" stays until the session ends. */
export async function runShown(
  commands: readonly ShownCommand[],
  folder: string,
  env: Readonly<Record<string, string>>,
  check: (command: ShownCommand, output: string) => void,
): Promise<void> {
  const background: ChildProcess[] = [];
  try {
    for (const shown of commands) {
      const isBackground = shown.command.endsWith("&");
      const child = spawn(
        "bash",
        ["-c", `exec 2>&1; ${isBackground ? `exec ${shown.command.slice(0, -1)}` : shown.command}`],
        // a group of its own: npm leaves what it started behind when it alone is told to end
        { cwd: folder, env: { ...process.env, ...env }, detached: isBackground },
      );
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
      if (!isBackground) {
        await once(child, "close");
      } else {
        background.push(child);
        const giveUp = AbortSignal.timeout(20_000);
        while (!matchesShown(output, shown.output) && child.exitCode === null)
          await once(child.stdout, "data", { signal: giveUp });
      }
      check(shown, output);
    }
  } finally {
    for (const child of background) {
      if (child.exitCode !== null || child.pid === undefined) continue;
      process.kill(-child.pid, "SIGTERM");
      await once(child, "close");
    }
  }
}
