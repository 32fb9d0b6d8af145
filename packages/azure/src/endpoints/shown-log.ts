import { shown } from "../shown.ts";

const LINE_CHARS = 500;

/** A container's log without secrets and with nothing invisible in it, line by line. */
export function shownLog(text: string): string {
  return text
    .split(/\r\n|[\r\n]/)
    .map((line) => shown(line, LINE_CHARS))
    .join("\n");
}
