/** Logs of the shapes that GitHub gives, written for the tests. */
export interface LogParts {
  readonly image?: string | null;
  readonly version?: string;
  readonly region?: string | null;
  readonly runner?: string;
  readonly actions?: readonly (readonly [string, string])[];
  readonly steps?: readonly string[];
}

/** A log of 2026: the provisioner with its region comes first. */
export function hostedLog(parts: LogParts = {}): string {
  const { image = "ubuntu-24.04", version = "20261101.1.0", region = "eastus2", runner = "2.336.0" } = parts;
  return stamped([
    `Current runner version: '${runner}'`,
    "##[group]Runner Image Provisioner",
    "Hosted Compute Agent",
    "Version: 20260729.566",
    "Commit: 1111111111111111111111111111111111111111",
    "Worker ID: {00000000-0000-4000-8000-000000000001}",
    ...(region === null ? [] : [`Azure Region: ${region}`]),
    "##[endgroup]",
    "##[group]Operating System",
    "Ubuntu",
    "24.04.4",
    "LTS",
    "##[endgroup]",
    ...(image === null
      ? []
      : [
          "##[group]Runner Image",
          `Image: ${image}`,
          `Version: ${version}`,
          "Included Software: https://example.test/software",
          "##[endgroup]",
        ]),
    "##[group]GITHUB_TOKEN Permissions",
    "Contents: read",
    "##[endgroup]",
    "Secret source: Actions",
    "Prepare all required actions",
    "Getting action download info",
    ...(parts.actions ?? []).map(([name, commit]) => `Download action repository '${name}' (SHA:${commit})`),
    "Complete job name: build",
    ...(parts.steps ?? []),
  ]);
}

/** A log of a machine of one's own: no image, but names. */
export function selfHostedLog(name: string, machine = name, version = "2.334.0"): string {
  return stamped([
    `Current runner version: '${version}'`,
    `Runner name: '${name}'`,
    "Runner group name: 'Default'",
    `Machine name: '${machine}'`,
    "##[group]GITHUB_TOKEN Permissions",
    "Contents: read",
    "##[endgroup]",
    "Complete job name: build",
  ]);
}

/** GitHub begins the file with a byte order mark, and each line with its time. */
export function stamped(lines: readonly string[]): string {
  const text = lines.map((line, at) => `2026-11-15T08:00:00.${String(at).padStart(7, "0")}Z ${line}`).join("\n");
  return `\ufeff${text}\n`;
}

export const commitOf = (digit: string): string => digit.repeat(40);
