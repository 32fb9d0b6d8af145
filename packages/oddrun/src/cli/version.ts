import { readFileSync } from "node:fs";

/** Oddrun's own version. */
export function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/** The tag that moves with each release of the same major version, such as "v1": what workflows name the Action by. */
export function releaseTag(): string {
  return `v${version().split(".")[0]}`;
}
