import { DEFAULT_LEVEL_OPTIONS, DEFAULT_RATE_OPTIONS, DEFAULT_SILENCE_OPTIONS, FLAKY_WAIT_MS } from "@oddrun/core";

/** Grows when what is observed of a run, or the form of a state, changes. */
const VERSION = 4;

/** FNV-1a, 32 bits: tells settings apart, nothing more. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}

const SETTINGS = [DEFAULT_LEVEL_OPTIONS, DEFAULT_RATE_OPTIONS, DEFAULT_SILENCE_OPTIONS, FLAKY_WAIT_MS];

/** Which detectors with which settings made a state: others cannot go on from it, and make theirs anew from the first run. */
export const ENGINE = `changes-${VERSION}-${fingerprint(JSON.stringify(SETTINGS))}`;
