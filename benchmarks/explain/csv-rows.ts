/** The rows of a small CSV text by the names of its columns; quoted cells may hold commas, quotes and line breaks. */
export function csvRows(text: string): readonly Readonly<Record<string, string>>[] {
  const rows: string[][] = [[]];
  let cell = "";
  let isQuoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (character === '"') isQuoted = true;
    else if (character === "," || character === "\n") {
      rows.at(-1)!.push(cell);
      cell = "";
      if (character === "\n") rows.push([]);
    } else if (character !== "\r") cell += character;
  }
  rows.at(-1)!.push(cell);
  const [header, ...body] = rows;
  return body
    .filter((row) => row.length === header!.length)
    .map((row) => Object.fromEntries(header!.map((name, place) => [name, row[place]!])));
}
