/**
 * Reads which modules a TypeScript source imports, types included. Written by hand because TypeScript 7 has no JavaScript API,
 * and esbuild, the only parser installed, leaves out type imports, which cross a boundary as well and must be seen. esbuild
 * checks this scanner instead: in check-boundaries.test.ts both must find the same run-time imports in every source.
 */
export interface ImportFound {
  /** What is imported, as written; null when it is computed at run time. */
  readonly specifier: string | null;
  /** 1-based. */
  readonly line: number;
  /** "type": erased before running. "dynamic": loaded when that line is reached. "reference": a triple-slash directive. */
  readonly kind: "static" | "type" | "dynamic" | "reference";
}

interface Token {
  readonly kind: "word" | "string" | "template" | "number" | "regex" | "mark" | "reference";
  readonly text: string;
  readonly line: number;
}

/** After one of these words a slash opens a regular expression; after any other word it divides. */
const WORDS_BEFORE_REGEX = new Set(
  "return typeof case in of delete void throw new else do await yield instanceof default".split(" "),
);
const LEXEMES: readonly (readonly [Token["kind"] | "space" | "comment", RegExp])[] = [
  ["space", /\s+/y],
  ["comment", /\/\/.*|\/\*[^]*?\*\/|^#!.*/y],
  ["word", /[\p{ID_Start}$_#@][\p{ID_Continue}$\u200c\u200d]*/uy],
  ["number", /\.?\d[\w.]*/y],
  ["string", /"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'/y],
];
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[^]|\$(?!\{))*(`|\$\{)/y;

function mayStartRegex(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.kind === "word") return WORDS_BEFORE_REGEX.has(previous.text);
  return previous.kind === "mark" && !/^[)\]}]$/.test(previous.text);
}

/** Cuts the source into tokens without comments. Throws on what it cannot read: a part skipped could hide an import. */
function tokenize(source: string): readonly Token[] {
  const tokens: Token[] = [];
  /** For each open `${`, how many plain braces are open inside it. */
  const openBraces: number[] = [];
  let at = 0;
  let line = 1;

  function take(pattern: RegExp): string | null {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? null;
    if (text !== null) at += text.length;
    return text;
  }
  function push(kind: Token["kind"], text: string): void {
    tokens.push({ kind, text, line });
    line += text.split("\n").length - 1;
  }
  function takeTemplatePart(opening: string): void {
    const text = take(TEMPLATE_PART);
    if (text === null) throw new Error(`line ${line}: a template that does not end`);
    if (text.endsWith("${")) openBraces.push(0);
    push("template", opening + text);
  }
  function takeNext(): void {
    if (source[at] === "/" && !/^\/[/*]/.test(source.slice(at, at + 2)) && mayStartRegex(tokens.at(-1))) {
      const regex = take(REGEX);
      if (regex !== null) return push("regex", regex);
    }
    for (const [kind, pattern] of LEXEMES) {
      const text = take(pattern);
      if (text === null) continue;
      if (kind !== "space" && kind !== "comment") return push(kind, text);
      if (/^\/\/\/\s*<reference/.test(text)) tokens.push({ kind: "reference", text, line });
      line += text.split("\n").length - 1;
      return;
    }
    const mark = source[at] ?? "";
    if (mark === '"' || mark === "'") throw new Error(`line ${line}: a string that does not end`);
    at += 1;
    if (mark === "`") return takeTemplatePart("`");
    const depth = openBraces.length - 1;
    if (mark === "}" && openBraces[depth] === 0) {
      openBraces.pop();
      return takeTemplatePart("}");
    }
    if (depth >= 0 && mark === "{") openBraces[depth]! += 1;
    if (depth >= 0 && mark === "}") openBraces[depth]! -= 1;
    push("mark", mark);
  }

  while (at < source.length) takeNext();
  if (openBraces.length > 0) throw new Error(`line ${line}: a template that does not end`);
  return tokens;
}

const unquoted = (text: string): string => text.slice(1, -1);

/** The literal between the brackets of `import(...)`; null when it is anything but one plain string. */
function onlyArgument(tokens: readonly Token[], open: number): string | null {
  const argument = tokens[open + 1];
  const after = tokens[open + 2]?.text;
  if (argument === undefined || (after !== ")" && after !== ",")) return null;
  const isPlain = argument.kind === "string" || (argument.kind === "template" && !argument.text.includes("${"));
  return isPlain ? unquoted(argument.text) : null;
}

/** Whether `import("x")` at this place is a type: a name is taken from it, `import("x").Name`, and it is not a promise's method. */
function isImportType(tokens: readonly Token[], at: number): boolean {
  const after = tokens[at + 4]?.text === "." ? tokens[at + 5]?.text : undefined;
  return after !== undefined && !["then", "catch", "finally"].includes(after) && tokens[at - 1]?.text !== "await";
}

/** All imports of one source, in order. Throws, with the line, on a source it cannot read. */
export function readImports(source: string): readonly ImportFound[] {
  const tokens = tokenize(source);
  const found: ImportFound[] = [];
  tokens.forEach((token, at) => {
    const { line } = token;
    if (token.kind === "reference") found.push({ specifier: token.text, line, kind: "reference" });
    if (token.kind !== "word" || tokens[at - 1]?.text === ".") return;
    const next = tokens[at + 1];
    if ((token.text === "import" || token.text === "require") && next?.text === "(") {
      const kind = token.text === "import" && isImportType(tokens, at) ? "type" : "dynamic";
      found.push({ specifier: onlyArgument(tokens, at + 1), line, kind });
    } else if (token.text === "import" && next?.kind === "string") {
      found.push({ specifier: unquoted(next.text), line, kind: "static" });
    } else if (token.text === "import" || token.text === "export") {
      const from = fromClause(tokens, at + 1);
      if (from !== null) found.push({ ...from, line });
    }
  });
  return found;
}

/** Reads `type? name, { a, type b as c } from "x"` and `* as name from "x"`; null when it is no such clause. */
function fromClause(tokens: readonly Token[], start: number): Omit<ImportFound, "line"> | null {
  const isType = tokens[start]?.text === "type" && !/^(from|,|=)$/.test(tokens[start + 1]?.text ?? "");
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    const next = tokens[at + 1];
    if (token.text === "from" && next?.kind === "string") {
      return { specifier: unquoted(next.text), kind: isType ? "type" : "static" };
    }
    // Names may be quoted (`"a b" as c`); anything else than names, commas, braces and a star ends the search.
    if (token.kind !== "word" && token.kind !== "string" && !/^[{},*]$/.test(token.text)) return null;
    if (/^(const|let|var|function|class|interface|abstract|async|default|declare|enum)$/.test(token.text)) return null;
  }
  return null;
}
