/** A table of Markdown whose cells are harmless already; a heading that ends in ":" is a column of numbers, set to the right. No rows: nothing. */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  if (rows.length === 0) return [];
  const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    row(heading.map((name) => name.replace(/:$/, ""))),
    `|${heading.map((name) => (name.endsWith(":") ? "--:" : "---")).join("|")}|`,
    ...rows.map(row),
  ];
}
