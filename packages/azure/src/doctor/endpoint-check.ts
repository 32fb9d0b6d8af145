import type { AzureDoctorRequest, CheckOutcome, EndpointPlatform } from "oddrun/ports";
import { shown } from "../shown.ts";

/** The record that is scored: an everyday build of the metrics that a model is trained on when nothing else is named. */
const PROBE = { data: [{ build_id: "oddrun-doctor", duration: 300, failure_rate: 0.05 }] };

/** The state of an endpoint and its deployments, and one record scored by it. */
export async function endpointOutcome(
  platform: EndpointPlatform,
  { endpoint: name, usualEndpoint }: Pick<AzureDoctorRequest, "endpoint" | "usualEndpoint">,
): Promise<CheckOutcome> {
  const asked = name ?? usualEndpoint ?? platform.defaultName;
  const endpoint = await platform.endpoint(asked);
  const deploy = 'Make one with "oddrun deploy azureml".';
  if (endpoint === null) {
    const found = `there is no endpoint ${shown(asked, 60)}`;
    if (name === null) return { status: "skipped", found: `${found}; nothing was deployed from here` };
    return { status: "failed", found, mend: `Check the name. ${deploy}` };
  }
  const place = `${shown(endpoint.name, 60)} is ${endpoint.state}`;
  const logs = `See "oddrun deploy azureml --logs" and the endpoint's page in the studio.`;
  if (endpoint.state === "changing")
    return { status: "warning", found: place, mend: "Azure is at work on it; look again." };
  if (endpoint.state !== "ready") return { status: "failed", found: place, mend: logs };
  const deployments = await platform.deployments(endpoint.name);
  const bad = deployments.filter(({ state }) => state === "failed").map((one) => shown(one.name, 40));
  const traffic = [...endpoint.traffic].filter(([, percent]) => percent > 0);
  const shares = traffic.map(([deployment, percent]) => `${shown(deployment, 40)} ${percent} %`).join(", ");
  if (traffic.length === 0) return { status: "failed", found: `${place}, and no deployment has traffic`, mend: deploy };
  const serving = traffic.find(([deployment]) => bad.includes(deployment));
  if (serving !== undefined) return { status: "failed", found: `${place}; ${serving[0]} has failed`, mend: logs };
  const found = `${place}, ${shares}`;
  // a score wakes nothing up and costs nothing more, but it is the team's endpoint: only one that was named is asked
  if (name === null) return { status: "ok", found: `${found}; not scored, as it was not named` };
  const reply = await (await platform.scorer(endpoint.name)).score(PROBE, null);
  if (reply.status === 200) return { status: "ok", found: `${found}; a record was scored` };
  if (reply.status === 401 || reply.status === 403) {
    const mend = 'Give the signed-in identity the role "AzureML Data Scientist" on the endpoint or workspace.';
    return { status: "failed", found: `${found}; it refuses to score (${reply.status})`, mend };
  }
  if (reply.modelStatus !== null && reply.modelStatus >= 400 && reply.modelStatus < 500) {
    return { status: "ok", found: `${found}; it answers, and its model has other features than the record tried` };
  }
  return { status: "failed", found: `${found}; scoring answered with status ${reply.status}`, mend: logs };
}
