/** Memory of the collector when so many requests had been sent. */
export interface MemoryPoint {
  readonly atMs: number;
  readonly rssMiB: number;
  readonly sent: number;
}

const WIDTH = 760;
const HEIGHT = 320;
const LEFT = 56;
const RIGHT = 16;
const TOP = 40;
const BOTTOM = 46;

/** A line of memory over requests, as SVG. */
export function memoryPlot(points: readonly MemoryPoint[], title: string): string {
  const sentMost = Math.max(1, ...points.map(({ sent }) => sent));
  const stepMiB = 50;
  const topMiB = Math.max(stepMiB, Math.ceil(Math.max(...points.map(({ rssMiB }) => rssMiB)) / stepMiB) * stepMiB);
  const x = (sent: number): string => (LEFT + (sent / sentMost) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (mib: number): string => (HEIGHT - BOTTOM - (mib / topMiB) * (HEIGHT - TOP - BOTTOM)).toFixed(1);
  const lines = Array.from({ length: topMiB / stepMiB + 1 }, (_, at) => at * stepMiB).map(
    (mib) =>
      `<path d="M${LEFT} ${y(mib)}H${WIDTH - RIGHT}" stroke="#ddd"/><text x="${LEFT - 6}" y="${y(mib)}" text-anchor="end" dy="4">${mib}</text>`,
  );
  const marks = Array.from({ length: Math.floor(sentMost / 20_000) + 1 }, (_, at) => at * 20_000).map(
    (sent) =>
      `<text x="${x(sent)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${sent.toLocaleString("en")}</text>`,
  );
  const path = points.map(({ sent, rssMiB }, at) => `${at === 0 ? "M" : "L"}${x(sent)} ${y(rssMiB)}`).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">
<title>${title}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>
<text x="${LEFT}" y="22" font-size="14">${title}</text>
${lines.join("\n")}
${marks.join("\n")}
<text x="${WIDTH - RIGHT}" y="${HEIGHT - 8}" text-anchor="end">requests sent; memory in MiB</text>
<path d="${path}" fill="none" stroke="#0b62a4" stroke-width="1.5"/>
</svg>
`;
}
