import { readFile, stat } from "node:fs/promises";

/** The sample that `train` writes where there is nothing to learn from. */
export const SAMPLE = { records: 1000, anomalies: 0.05, seed: 42 };

export async function sampleText(): Promise<string> {
  const { sampleMetrics, sampleMetricsCsv } = await import("@oddrun/core/simulation");
  return sampleMetricsCsv(sampleMetrics(SAMPLE));
}

/** Ends the source of a model that was trained on that sample. */
export const SAMPLE_MARK = " (a sample)";

/** Whether the file is that sample, byte by byte: nobody's data, so it may give way to real ones. */
export async function isUntouchedSample(path: string): Promise<boolean> {
  try {
    const { size } = await stat(path);
    const sample = Buffer.from(await sampleText());
    return size === sample.length && sample.equals(await readFile(path));
  } catch {
    return false;
  }
}
