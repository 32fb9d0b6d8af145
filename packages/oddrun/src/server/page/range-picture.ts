import type { Comparison } from "@oddrun/core";
import { type Html, html } from "./html.ts";

const WIDTH = 240;
const HEIGHT = 26;
const PAD = 8;
const TRACK_Y = 13;
const BAND_HEIGHT = 12;
const BAND_WIDTH_MIN = 4;
/** Some track beyond the largest, so that the scale does not seem to end there. */
const HEADROOM = 1.06;

/**
 * The usual range as a band and the run's value as a mark, on one scale that begins at zero where all is positive. A value
 * outside is a diamond, one inside a circle, so that shape tells it as well as colour.
 */
export function rangePicture(comparison: Comparison, title: string): Html {
  const { value, usual, usualLow, usualHigh } = comparison;
  const low = Math.min(value, usualLow, 0);
  const high = Math.max(value, usualHigh, low) * HEADROOM;
  const span = high - low || 1;
  const x = (number: number): number => round(PAD + ((number - low) / span) * (WIDTH - 2 * PAD));
  const bandStart = x(usualLow);
  const bandWidth = round(Math.max(x(usualHigh) - bandStart, BAND_WIDTH_MIN));
  const isOutside = value < usualLow || value > usualHigh;
  const at = x(value);
  const mark = isOutside
    ? html`<path class="mark out" d="M${at} ${TRACK_Y - 7}l7 7l-7 7l-7 -7z"/>`
    : html`<circle class="mark" cx="${at}" cy="${TRACK_Y}" r="5"/>`;
  const middle = x(Math.min(Math.max(usual, usualLow), usualHigh));
  return html`<svg class="range" role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="xMinYMid meet"><title>${title}</title><path class="track" d="M${PAD} ${TRACK_Y}H${WIDTH - PAD}"/><rect class="band" x="${bandStart}" y="${TRACK_Y - BAND_HEIGHT / 2}" width="${bandWidth}" height="${BAND_HEIGHT}" rx="2"/><path class="middle" d="M${middle} ${TRACK_Y - BAND_HEIGHT / 2}v${BAND_HEIGHT}"/>${mark}</svg>`;
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
