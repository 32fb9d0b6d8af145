/** One thing measured, as it stands in the table. */
export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly floorName: string;
  /** null: there is nothing to compare with. */
  readonly floor: number | null;
  /** What the ratio, or without a floor our figure, is held to. */
  readonly most?: number;
  readonly command: string;
  readonly note?: string;
}

export const ratioOf = ({ ours, floor }: Row): number | null => (floor === null || floor === 0 ? null : ours / floor);

export function table(rows: readonly Row[]): string {
  return `| what | ours | floor or minimum | | ratio | target | command | note |
|---|--:|---|--:|--:|---|---|---|
${rows.map(line).join("\n")}
`;
}

function line(row: Row): string {
  const { what, unit, ours, floorName, floor, command, note = "" } = row;
  const ratio = ratioOf(row)?.toFixed(2) ?? "";
  return `| ${what} | ${number(ours)} ${unit} | ${floorName} | ${floor === null ? "" : `${number(floor)} ${unit}`} | ${ratio} | ${verdict(row)} | ${command === "" ? "" : `\`${command}\``} | ${note} |`;
}

function verdict(row: Row): string {
  if (row.most === undefined) return "";
  return `<= ${row.most}: ${(ratioOf(row) ?? row.ours) <= row.most ? "met" : "MISSED"}`;
}

export function number(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 1000 ? 1 : 0;
  return value.toLocaleString("en", { maximumFractionDigits: digits });
}
