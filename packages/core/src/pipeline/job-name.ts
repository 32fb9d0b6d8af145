/** A job's name as GitHub shows it, and what can be read from it. `raw` is the name; the rest is a reading of it. */
export interface JobName {
  readonly raw: string;
  /** The job or jobs that call the reusable workflow, outermost first, joined by " / "; null for a job of its own. */
  readonly caller: string | null;
  /** The job's own name, without matrix values where it is no called job. */
  readonly inner: string;
  /** Values of the matrix that the name was made from, in their order; null where none can be told for sure. */
  readonly matrix: readonly string[] | null;
}

/** GitHub lets reusable workflows call one another to this depth. */
const DEPTH_MAX = 10;
const SEPARATOR = " / ";

/**
 * Reads a job name of the form "Caller (a, b) / Inner". Matrix values are read from the caller, or from a job of its own: the
 * brackets of a called job's name are its own business. A name in which brackets do not close, a part is empty, or a
 * skipped job's raw `${{ }}` text stands is not taken apart where that is.
 *
 * A person may name a job "Linux / test" or "test (quick)": nothing in a name tells this from GitHub's own form. So a name is
 * compared and stored as `raw`; the parts are for showing and for finding fellows.
 */
export function parseJobName(raw: string): JobName {
  const whole = { raw, caller: null, inner: raw, matrix: null };
  const parts = splitOutside(raw, SEPARATOR);
  if (parts === null || parts.length > DEPTH_MAX || parts.some((part) => part.trim() === "")) return whole;
  if (parts.length === 1) {
    const { base, values } = withoutMatrix(raw);
    return { ...whole, inner: base, matrix: values };
  }
  const callers = parts.slice(0, -1).map(withoutMatrix);
  const values = callers.flatMap((part) => part.values ?? []);
  return {
    raw,
    caller: callers.map(({ base }) => base).join(SEPARATOR),
    inner: parts.at(-1)!,
    matrix: values.length === 0 ? null : values,
  };
}

/** "test (ubuntu, 22)" is "test" with two values. Words in brackets that are no list, such as "(no tests)", stay. */
function withoutMatrix(part: string): { readonly base: string; readonly values: readonly string[] | null } {
  const whole = { base: part, values: null };
  if (part.includes("${{") || !part.endsWith(")")) return whole;
  const open = matchingBracket(part);
  if (open <= 0 || part[open - 1] !== " ") return whole;
  const values = splitOutside(part.slice(open + 1, -1), ", ");
  const isList = values !== null && values.every((value) => value !== "" && value.trim() === value);
  if (!isList || (values.length === 1 && values[0]!.includes(" "))) return whole;
  return { base: part.slice(0, open - 1), values };
}

/** Where the bracket opens that the last character closes; -1 where there is none. */
function matchingBracket(text: string): number {
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at -= 1) {
    if (text[at] === ")") depth += 1;
    else if (text[at] === "(") depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
}

/** Splits where the separator stands outside of brackets and `${{ }}`; null where those do not close. */
function splitOutside(text: string, separator: string): readonly string[] | null {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "(" || character === "{") depth += 1;
    else if (character === ")" || character === "}") depth -= 1;
    else if (depth === 0 && text.startsWith(separator, at)) {
      parts.push(text.slice(from, at));
      from = at + separator.length;
      at = from - 1;
    }
    if (depth < 0) return null;
  }
  if (depth !== 0) return null;
  parts.push(text.slice(from));
  return parts;
}
