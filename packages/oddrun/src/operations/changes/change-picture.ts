import type { ChangePicture, PictureDot } from "../report/report-changes-picture.ts";
import { type Html, html } from "../text/html.ts";
import { valueWords } from "../incidents/incidents-words.ts";

const WIDTH = 640;
const HEIGHT = 170;
/** Room for a label such as "23 h 59 min". */
const LEFT = 108;
const RIGHT = 12;
const TOP = 18;
const BOTTOM = 24;
/** A few runs far out would press all others flat: they are drawn at the edge. */
const HIGH_SHARE = 0.98;
const HEADROOM = 1.12;
const LABELS_APART = 13;

/**
 * Runs as dots, the usual level as a dashed line, the level since as a full one, and the onset as a line from top to bottom. Its
 * colours come from `CHANGE_PICTURE_STYLE`; dots since the onset are larger too, so that no colour alone tells it.
 */
export function changePicture(picture: ChangePicture, title: string): Html {
  const { dots, usual, level, onsetMs, overAtMs, series } = picture;
  const { x, y, high } = scales(picture);
  const end = x(overAtMs ?? picture.untilMs);
  const onset = x(onsetMs);
  const first = dots[0]!.atMs;
  const words = (value: number): string => valueWords(series, value);
  const [usualY, levelY] = labelPlaces(y(usual), y(level));
  const dot = ({ atMs, value, isSince }: PictureDot): string =>
    `M${x(atMs)} ${y(Math.min(value, high))}m${isSince ? "-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0" : "-1.8 0a1.8 1.8 0 1 0 3.6 0a1.8 1.8 0 1 0 -3.6 0"}`;
  const before = dots.filter(({ isSince }) => !isSince).map(dot);
  const since = dots.filter(({ isSince }) => isSince).map(dot);
  return html`<svg class="change" role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}"><title>${title}</title><path class="axis" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}"/><path class="dots" d="${before.join("")}"/><path class="dots since" d="${since.join("")}"/><path class="usual" d="M${LEFT} ${y(usual)}H${WIDTH - RIGHT}"/><path class="level" d="M${onset} ${y(level)}H${end}"/><path class="onset" d="M${onset} ${TOP - 6}V${HEIGHT - BOTTOM}"/><text x="${LEFT - 6}" y="${usualY + 4}" text-anchor="end">${words(usual)}</text><text class="strong" x="${LEFT - 6}" y="${levelY + 4}" text-anchor="end">${words(level)}</text><text x="${LEFT}" y="${HEIGHT - 6}">${day(first)}</text><text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${day(picture.untilMs)}</text><text class="strong" x="${onset > WIDTH - 110 ? onset - 5 : onset + 5}" y="${TOP - 6}"${onset > WIDTH - 110 ? html` text-anchor="end"` : null}>since ${day(onsetMs)}</text></svg>`;
}

function scales({ dots, usual, level, onsetMs, untilMs }: ChangePicture) {
  const sorted = dots.map(({ value }) => value).toSorted((one, other) => one - other);
  const most = sorted[Math.min(sorted.length - 1, Math.floor(HIGH_SHARE * sorted.length))]!;
  const high = Math.max(most, usual, level) * HEADROOM || 1;
  const low = Math.min(0, sorted[0]!);
  const from = Math.min(dots[0]!.atMs, onsetMs);
  const span = Math.max(1, untilMs - from);
  const place = (share: number): number => Math.min(1, Math.max(0, share));
  return {
    high,
    x: (ms: number) => round(LEFT + place((ms - from) / span) * (WIDTH - LEFT - RIGHT)),
    y: (value: number) => round(HEIGHT - BOTTOM - place((value - low) / (high - low || 1)) * (HEIGHT - TOP - BOTTOM)),
  };
}

/** Two labels that would lie on each other are moved apart. */
function labelPlaces(usual: number, level: number): readonly [number, number] {
  const apart = LABELS_APART - Math.abs(usual - level);
  if (apart <= 0) return [usual, level];
  const shift = usual < level ? -apart / 2 : apart / 2;
  return [round(usual + shift), round(level - shift)];
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const round = (number: number): number => Math.round(number * 10) / 10;

/** The colours are those of the page: --soft, --line, --ink, --odd and --band-line. */
export const CHANGE_PICTURE_STYLE = `.change{display:block;width:100%;max-width:48rem;height:auto;margin:.6rem 0 .2rem}
.change text{font-size:11px;fill:var(--soft)}
.change .strong{fill:var(--ink);font-weight:600}
.change path{fill:none}
.change .axis{stroke:var(--line)}
.change .dots{fill:var(--soft);fill-opacity:.55}
.change .dots.since{fill:var(--odd);fill-opacity:.8}
.change .usual{stroke:var(--band-line);stroke-width:1.5;stroke-dasharray:5 4}
.change .level{stroke:var(--odd);stroke-width:2}
.change .onset{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 3}`;
