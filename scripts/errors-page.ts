import { writeFileSync } from "node:fs";
import { PROBLEMS } from "../packages/oddrun/src/operations/problems.ts";

export const ERRORS_PAGE = new URL("../docs/errors.md", import.meta.url);

/** docs/errors.md, from the one table in code. */
export function errorsPage(): string {
  const rows = Object.entries(PROBLEMS)
    .sort(([a], [b]) => a.localeCompare(b, "en"))
    .map(([code, kind]) => `| \`${code}\` | ${kind.exitCode} | ${kind.httpStatus} | ${kind.title} |`);
  return `# Errors

Written by \`npm run docs\` from \`packages/oddrun/src/operations/problems.ts\`; a test compares the two.

On the command line a problem is one line on stderr and an exit code. Over HTTP it is \`application/problem+json\` with \`type\`, \`title\`, \`status\`,
\`code\`, \`detail\` and \`requestId\`. The message names what, where and how to mend it; the code never changes.

Exit codes: 0 ok, 1 odd runs found (only with \`--fail-on-odd\`), 2 usage or settings, 3 bad data, 4 GitHub or another remote, 5 store or disk, 70 a mistake in
Oddrun, 130 stopped by Ctrl-C.

| code | exit | HTTP | what it means |
|---|--:|--:|---|
${rows.join("\n")}
`;
}

if (import.meta.main) writeFileSync(ERRORS_PAGE, errorsPage());
