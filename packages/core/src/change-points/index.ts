export type { ChangeEvent, ChangeState, RunMark } from "./change.ts";
export { type Series, seriesId, type SeriesMeasure, seriesOf, type SeriesScope } from "./series.ts";
