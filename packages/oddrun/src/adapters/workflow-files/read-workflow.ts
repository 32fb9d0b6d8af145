import { type WorkflowUses, workflowUses } from "@oddrun/core";
import { parseDocument } from "yaml";
import { plainDocument } from "./plain-document.ts";

/** GitHub takes no larger workflow. */
const CHARS_MAX = 512 * 1024;
/** jobs, a job, services, a service, image: nothing of interest lies deeper than 5. People who use anchors use a few. */
const LIMITS = { depthMax: 8, nodesMax: 300_000, aliasesMax: 200 };

/**
 * What a workflow's or a composite action's file makes use of; null when it is not YAML, is neither of the two, or is larger or more
 * entangled than any that people write. Nothing in it is run or fetched.
 */
export function readWorkflow(text: string): WorkflowUses | null {
  if (text.length > CHARS_MAX) return null;
  try {
    // a search for repeated keys would compare each with every other one
    const options = { logLevel: "silent", schema: "core", uniqueKeys: false, prettyErrors: false } as const;
    const document = parseDocument(text, options);
    return document.errors.length > 0 ? null : workflowUses(plainDocument(document, LIMITS));
  } catch (error) {
    // the reader goes down into each level, and comes to the end of its stack in files made for that
    if (error instanceof RangeError) return null;
    throw error;
  }
}
