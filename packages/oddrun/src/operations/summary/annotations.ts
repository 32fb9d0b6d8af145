import { isImprovement } from "@oddrun/core";
import { printable } from "../text/visible-text.ts";
import type { Finding } from "./findings.ts";

/** What a runner shows beside a run: single lines; whoever writes the command for it escapes them once more. */
export interface Annotation {
  readonly level: "notice" | "warning" | "error";
  readonly title: string;
  readonly message: string;
}

/** GitHub shows ten of each level for a step and drops the rest without a word. */
export const ANNOTATIONS_MAX = 10;
const TITLE_CHARS = 100;
const MESSAGE_CHARS = 1000;

/**
 * At most ten annotations in the order of the findings, which come biggest first; the last one tells how many there are more. What is
 * failing or slower in a checked run is a warning, an error where the run is held to it; what is better, or of a pipeline, is a notice.
 */
export function annotationsOf(
  findings: readonly Finding[],
  { isGate = false, pageUrl = null }: { readonly isGate?: boolean; readonly pageUrl?: string | null } = {},
): readonly Annotation[] {
  const shown = findings.length > ANNOTATIONS_MAX ? findings.slice(0, ANNOTATIONS_MAX - 1) : findings;
  const annotations = shown.map((finding): Annotation => {
    const { kind, about, text, url, incident } = finding;
    const isBetter = isImprovement(kind);
    const worse = isGate ? "error" : about === "run" ? "warning" : "notice";
    return {
      level: isBetter ? "notice" : worse,
      title: line(
        `Oddrun: ${incident === null ? "" : `${incident} `}${finding.workflow ?? finding.repository} ${kind}`,
        TITLE_CHARS,
      ),
      message: line(url === null ? text : `${text} ${url}`, MESSAGE_CHARS),
    };
  });
  const more = findings.length - shown.length;
  if (more === 0) return annotations;
  const where = pageUrl === null ? "the job summary has them" : pageUrl;
  return [...annotations, { level: "notice", title: "Oddrun", message: `${more} more findings: ${where}` }];
}

const line = (text: string, charsMax: number): string => printable(text, charsMax).trim();
