import type { ActionChange } from "./evidence.ts";

/** What a workflow's file makes use of, as it stands in the file: nothing is worked out that only a run can know. */
export interface WorkflowUses {
  /** The references of each action, reusable workflow and container image by its name, in alphabetical order. */
  readonly references: ReadonlyMap<string, readonly string[]>;
  /** Files and folders of the same repository: "./.github/actions/set-up", without the "./". */
  readonly localPaths: readonly string[];
  /** References with an expression in them. */
  readonly dynamicCount: number;
}

/** No workflow that people write comes near. */
const USES_MAX = 5000;
const CHARS_MAX = 300;

/** Reads `document`, a workflow's or a composite action's file as parsed YAML; null when it is neither. */
export function workflowUses(document: unknown): WorkflowUses | null {
  const file = mapping(document);
  const jobs = mapping(file?.["jobs"]);
  const runs = mapping(file?.["runs"]);
  if (jobs === null && runs === null) return null;

  const references = new Map<string, Set<string>>();
  const localPaths = new Set<string>();
  let dynamicCount = 0;
  let readCount = 0;
  const read = (value: unknown, isImage: boolean): void => {
    if (typeof value !== "string" || value === "" || readCount >= USES_MAX) return;
    readCount++;
    const text = value.trim().slice(0, CHARS_MAX);
    if (text.includes("${{")) {
      dynamicCount++;
      return;
    }
    if (!isImage && text.startsWith("./")) {
      localPaths.add(text.slice(2).replace(/\/+$/, ""));
      return;
    }
    const { name, reference } = isImage || text.startsWith("docker://") ? imageReference(text) : actionReference(text);
    const known = references.get(name) ?? new Set();
    references.set(name, known.add(reference));
  };
  const readSteps = (steps: unknown): void => {
    for (const step of Array.isArray(steps) ? steps : []) {
      if (readCount >= USES_MAX) return;
      read(mapping(step)?.["uses"], false);
    }
  };

  readSteps(runs?.["steps"]);
  for (const value of Object.values(jobs ?? {})) {
    const job = mapping(value);
    if (job === null || readCount >= USES_MAX) continue;
    read(job["uses"], false);
    readImage(job["container"], read);
    for (const service of Object.values(mapping(job["services"]) ?? {})) readImage(service, read);
    readSteps(job["steps"]);
  }
  return {
    references: new Map([...references].map(([name, known]) => [name, [...known].sort()])),
    localPaths: [...localPaths].sort(),
    dynamicCount,
  };
}

function readImage(container: unknown, read: (value: unknown, isImage: boolean) => void): void {
  read(typeof container === "string" ? container : mapping(container)?.["image"], true);
}

function actionReference(text: string): { readonly name: string; readonly reference: string } {
  const at = text.lastIndexOf("@");
  return at === -1 ? { name: text, reference: "" } : { name: text.slice(0, at), reference: text.slice(at + 1) };
}

/** "docker://ghcr.io:443/octo/image:1.2@sha256:..."; a digest says more than a tag. */
function imageReference(text: string): { readonly name: string; readonly reference: string } {
  const [image = "", digest] = text.replace(/^docker:\/\//, "").split("@", 2);
  const colon = image.lastIndexOf(":");
  const isTagged = colon > image.lastIndexOf("/");
  const tag = isTagged ? image.slice(colon + 1) : "";
  return {
    name: `docker://${isTagged ? image.slice(0, colon) : image}`,
    reference: [tag, digest ?? ""].filter((part) => part !== "").join("@"),
  };
}

function mapping(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

/** Names that are under other references now than before, in alphabetical order. */
export function usesChanges(before: WorkflowUses, now: WorkflowUses): readonly ActionChange[] {
  const names = [...new Set([...before.references.keys(), ...now.references.keys()])].sort();
  return names.flatMap((name) => {
    const from = before.references.get(name) ?? [];
    const to = now.references.get(name) ?? [];
    return from.join("\n") === to.join("\n") ? [] : [{ name, from, to }];
  });
}
