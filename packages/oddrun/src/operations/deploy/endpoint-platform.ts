/** How callers of an endpoint show who they are: by an Entra token, or by one of its two keys. */
export type EndpointAuth = "aad" | "key";

/** Where a resource of the cloud is on its way; "changing" is the cloud's own work, which ends by itself. */
export type ResourceState = "ready" | "changing" | "failed" | "deleting";

/** Who is deploying at this moment, as the endpoint itself says it. */
export interface DeployerMark {
  readonly runId: string;
  readonly sinceMs: number;
}

export interface EndpointStatus {
  readonly name: string;
  /** Made by Oddrun. Others are neither changed nor deleted. */
  readonly isOurs: boolean;
  readonly deployer: DeployerMark | null;
  readonly state: ResourceState;
  /** Null for a way that Oddrun does not use. */
  readonly auth: EndpointAuth | null;
  /** Null until the cloud has given one. */
  readonly scoringUrl: string | null;
  /** Percent of the requests by deployment; those with 0 may be absent. */
  readonly traffic: ReadonlyMap<string, number>;
}

/** What a deployment runs: two that agree in all of it answer alike. */
export interface DeployedContent {
  readonly modelName: string;
  readonly modelVersion: string;
  /** Version of the environment asset, made from the image and its routes. */
  readonly environmentVersion: string;
  /** A machine of the cloud, such as "Standard_DS2_v2". */
  readonly instanceType: string;
  readonly instanceCount: number;
}

export interface DeploymentStatus extends DeployedContent {
  readonly name: string;
  readonly isOurs: boolean;
  /** The deploying run that made it; null when it does not say. */
  readonly runId: string | null;
  readonly state: ResourceState;
}

/** What an endpoint answered to one request: its own status, or the model's where the front end tells the two apart. */
export interface ScoreReply {
  readonly status: number;
  /** The status of the server behind the front end; null when the front end answered by itself. */
  readonly modelStatus: number | null;
  /** The JSON of the body, or its text where it is none. */
  readonly body: unknown;
}

/**
 * Asks one endpoint to score. Overload, time-outs and lost connections are tried again inside; a Problem says that nobody could be
 * signed in or that no answer came at all.
 */
export interface EndpointScorer {
  /** For messages: "endpoint oddrun-1f". */
  readonly place: string;
  /** How callers show who they are. */
  readonly auth: EndpointAuth;
  /** `body` is sent as JSON; `deployment` null leaves the choice to the traffic rules. */
  score(body: unknown, deployment: string | null): Promise<ScoreReply>;
}

/** List price of one instance for one hour. */
export interface InstancePrice {
  readonly perHour: number;
  readonly currency: string;
}

export type ContainerName = "storage-initializer" | "inference-server";

/** What answers today. */
export interface ServingVersion {
  readonly modelName: string;
  readonly modelVersion: string;
  readonly deployment: string;
  readonly trafficPercent: number;
}

export interface EndpointToMake {
  readonly name: string;
  readonly auth: EndpointAuth;
  /** ARM id of a user-assigned identity; null makes one for the endpoint. */
  readonly identityId: string | null;
  readonly deployer: DeployerMark;
}

/**
 * Endpoints of a workspace and what runs behind them. Each change answers when the cloud has done it. A change that the cloud
 * refuses because another one is under way is the problem "endpoint-busy".
 */
export interface EndpointPlatform {
  /** A name for this workspace's endpoint that is the same each time and nobody else's. */
  readonly defaultName: string;
  /** The region of the workspace, such as "westeurope". */
  region(): Promise<string>;
  /** Null when there is none of that name. */
  endpoint(name: string): Promise<EndpointStatus | null>;
  deployments(endpoint: string): Promise<readonly DeploymentStatus[]>;
  /** Null when there is none of that name. */
  deployment(endpoint: string, name: string): Promise<DeploymentStatus | null>;
  /** The version under which an image is kept as an environment, whether or not it is there yet. */
  environmentVersion(image: string): string;
  ensureEnvironment(image: string): Promise<void>;
  createEndpoint(endpoint: EndpointToMake): Promise<void>;
  /** Writes who is deploying; null when nobody is any more. */
  mark(endpoint: string, deployer: DeployerMark | null): Promise<void>;
  setTraffic(endpoint: string, traffic: ReadonlyMap<string, number>): Promise<void>;
  createDeployment(endpoint: string, name: string, content: DeployedContent, runId: string): Promise<void>;
  /** Done as well when there is none. */
  deleteDeployment(endpoint: string, name: string): Promise<void>;
  /** Deletes its deployments too. Done as well when there is none. */
  deleteEndpoint(name: string): Promise<void>;
  /** The last lines of a container, as they are. */
  logs(endpoint: string, deployment: string, container: ContainerName, lineCount: number): Promise<string>;
  /** The first of its two keys. */
  key(endpoint: string): Promise<string>;
  scorer(endpoint: string): Promise<EndpointScorer>;
  /** Azure's list price where it can be had, else why not. */
  price(region: string, instanceType: string, currency: string): Promise<InstancePrice | string>;
  /** Which model version most requests go to; null when there is no endpoint or nothing behind it has traffic. */
  servingVersion(endpoint: string): Promise<ServingVersion | null>;
  /** The one way to wait; rejects when the command is to stop. */
  wait(durationMs: number): Promise<void>;
}
