/** The Dockerfile as data: its stages and what each instruction says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Copy, DockerfileParser, type Instruction } from "dockerfile-ast";

export const ROOT = join(import.meta.dirname, "../..");

export interface Stage {
  /** The name behind AS, or "" . */
  readonly name: string;
  readonly image: string;
  /** In order, FROM first. */
  readonly instructions: readonly Step[];
}

export interface Step {
  readonly keyword: string;
  /** What stands behind the keyword and its flags. */
  readonly text: string;
  /** By name, such as "from" of COPY --from=build. */
  readonly flags: ReadonlyMap<string, string>;
  /** The words of the exec form, null in the shell form. */
  readonly exec: readonly string[] | null;
  readonly words: readonly string[];
}

export interface ParsedDockerfile {
  /** What stands before the first FROM. */
  readonly head: readonly Step[];
  readonly stages: readonly Stage[];
}

export function readDockerfile(): string {
  return readFileSync(join(ROOT, "Dockerfile"), "utf8");
}

export function parseDockerfile(text: string): ParsedDockerfile {
  const head: Step[] = [];
  const stages: (Stage & { readonly instructions: Step[] })[] = [];
  for (const instruction of DockerfileParser.parse(text).getInstructions()) {
    const step = stepOf(instruction);
    if (step.keyword === "FROM") {
      const [image = "", , name = ""] = step.words;
      stages.push({ image, name, instructions: [step] });
    } else (stages.at(-1)?.instructions ?? head).push(step);
  }
  return { head, stages };
}

function stepOf(instruction: Instruction): Step {
  const keyword = instruction.getKeyword();
  const flags = "getFlags" in instruction ? (instruction as Copy).getFlags() : [];
  const words = instruction
    .getArguments()
    .map((word) => word.getValue())
    .filter((word) => !/^--[a-z][\w-]*(=|$)/.test(word) || keyword === "RUN");
  const content = (instruction.getArgumentsContent() ?? "").replaceAll(/\\\r?\n\s*/g, "");
  return {
    keyword,
    text: EXEC_FORMS.has(keyword) || keyword === "RUN" ? content : words.join(" "),
    flags: new Map(flags.map((flag) => [flag.getName(), flag.getValue() ?? ""])),
    exec: EXEC_FORMS.has(keyword) ? execForm(content) : null,
    words,
  };
}

/** Instructions that take a command as a list of words, without a shell. */
const EXEC_FORMS: ReadonlySet<string> = new Set(["CMD", "ENTRYPOINT", "HEALTHCHECK"]);

function execForm(content: string): string[] | null {
  try {
    return JSON.parse(content.replace(/^.*?\bCMD /, "")) as string[];
  } catch {
    return null;
  }
}

/** The last instruction of that kind in a stage. */
export function lastStep(stage: Stage, keyword: string): Step | undefined {
  return stage.instructions.findLast((step) => step.keyword === keyword);
}

export function stageOf(dockerfile: ParsedDockerfile, name: string): Stage {
  const stage = dockerfile.stages.find((each) => each.name === name);
  if (stage === undefined) throw new Error(`the Dockerfile has no stage "${name}"`);
  return stage;
}

/** What ENV sets in a stage; values that hold spaces are not used here. */
export function environmentOf(stage: Stage): Record<string, string> {
  const pairs = stage.instructions.filter(({ keyword }) => keyword === "ENV").flatMap(({ words }) => words);
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}
