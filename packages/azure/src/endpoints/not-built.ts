import type { EndpointPlatform } from "oddrun/ports";

const notBuilt = () => Promise.reject(new Error("deploying is not built yet"));

/** Holds the place of the endpoints. */
export const NO_ENDPOINTS: EndpointPlatform = {
  defaultName: "oddrun",
  region: notBuilt,
  endpoint: notBuilt,
  deployments: notBuilt,
  environmentVersion: () => "",
  ensureEnvironment: notBuilt,
  createEndpoint: notBuilt,
  mark: notBuilt,
  setTraffic: notBuilt,
  createDeployment: notBuilt,
  deleteDeployment: notBuilt,
  deleteEndpoint: notBuilt,
  logs: notBuilt,
  key: notBuilt,
  scorer: notBuilt,
  price: notBuilt,
  servingVersion: notBuilt,
  wait: notBuilt,
};
