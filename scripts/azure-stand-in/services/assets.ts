import { armPage, ML_ACTIONS, mlError, systemData, WORKSPACE_PATH } from "../arm.ts";
import type { Call, Reply, Route } from "../http.ts";
import { workspaceId } from "../names.ts";
import { readBody, type Shape } from "../shape.ts";
import type { AssetContainer, AssetVersion, Json, World } from "../world.ts";

/** A kind of asset that has versions under a name. */
export interface AssetKind {
  /** In paths: "models". */
  readonly plural: string;
  /** In steps and messages: "model". */
  readonly word: string;
  readonly of: (world: World) => Map<string, AssetContainer>;
  readonly shape: Shape;
  /** What an existing version may not be changed in. */
  readonly frozen: readonly string[];
  /** Why the new version cannot be, or null. */
  readonly refusal: (call: Call, properties: Json) => Reply | null;
}

export const ASSET_FIELDS = {
  description: "text?",
  tags: "texts?",
  properties: "texts?",
  isAnonymous: "boolean?",
  isArchived: "boolean?",
} as const;

const CONTAINER_SHAPE: Shape = {
  fields: {
    properties: { fields: { description: "text?", tags: "texts?", properties: "texts?", isArchived: "boolean?" } },
  },
};
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9\-_.]{0,254}$/;

const typeOf = (kind: AssetKind): string => `Microsoft.MachineLearningServices/workspaces/${kind.plural}`;

function containerBody(call: Call, kind: AssetKind, container: AssetContainer): object {
  const { names } = call.world;
  const numbers = [...container.versions.keys()].filter((version) => /^\d+$/.test(version)).map(Number);
  const latest = [...container.versions.values()].at(-1);
  return {
    id: `${workspaceId(names)}/${kind.plural}/${container.name}`,
    name: container.name,
    type: typeOf(kind),
    properties: {
      description: null,
      tags: {},
      properties: {},
      isArchived: false,
      ...container.properties,
      latestVersion: latest?.version ?? null,
      nextVersion: String(Math.max(0, ...numbers) + 1),
      provisioningState: "Succeeded",
    },
    systemData: systemData(container.createdAtMs, container.createdAtMs, names.objectId),
  };
}

export function versionBody(call: Call, kind: AssetKind, asset: AssetVersion): object {
  const { names } = call.world;
  return {
    id: `${workspaceId(names)}/${kind.plural}/${asset.name}/versions/${asset.version}`,
    name: asset.version,
    type: `${typeOf(kind)}/versions`,
    properties: {
      description: null,
      tags: {},
      properties: {},
      isArchived: false,
      isAnonymous: false,
      ...asset.properties,
      provisioningState: "Succeeded",
    },
    systemData: systemData(asset.createdAtMs, asset.modifiedAtMs, names.objectId),
  };
}

const notFound = (call: Call, what: string): Reply =>
  mlError(call, 404, `${what} not found in workspace ${call.world.names.workspace}.`, { inner: "NotFound" });

function putContainer(kind: AssetKind, call: Call): Reply {
  const name = call.params["name"]!;
  const read = readBody(call, CONTAINER_SHAPE);
  if ("refused" in read) return read.refused;
  if (!NAME.test(name)) return mlError(call, 400, `The ${kind.word} name '${name}' is invalid.`);
  const known = kind.of(call.world).get(name);
  const container: AssetContainer = {
    name,
    properties: read.body["properties"] as Json,
    versions: known?.versions ?? new Map<string, AssetVersion>(),
    createdAtMs: known?.createdAtMs ?? call.world.now(),
  };
  kind.of(call.world).set(name, container);
  return { status: known === undefined ? 201 : 200, body: containerBody(call, kind, container) };
}

function putVersion(kind: AssetKind, call: Call): Reply {
  const name = call.params["name"]!;
  const version = call.params["version"]!;
  const read = readBody(call, { fields: { properties: kind.shape } });
  if ("refused" in read) return read.refused;
  if (!NAME.test(name)) return mlError(call, 400, `The ${kind.word} name '${name}' is invalid.`);
  if (!NAME.test(version)) return mlError(call, 400, `The ${kind.word} version '${version}' is invalid.`);
  const properties = read.body["properties"] as Json;
  const container = kind.of(call.world).get(name) ?? {
    name,
    properties: {},
    versions: new Map<string, AssetVersion>(),
    createdAtMs: call.world.now(),
  };
  const known = container.versions.get(version);
  const changed = kind.frozen.find(
    (field) => known !== undefined && JSON.stringify(known.properties[field]) !== JSON.stringify(properties[field]),
  );
  if (changed !== undefined) {
    return mlError(
      call,
      409,
      `A ${kind.word} with this name and version already exists: ${name}:${version}. Its ${changed} cannot be changed. Use a different name or version.`,
      { inner: "Immutable" },
    );
  }
  // values of a version's properties can be added and not replaced (azureml-assets, pull request 1174)
  const kept = Object.entries((known?.properties["properties"] ?? {}) as Json);
  const asked = (properties["properties"] ?? {}) as Json;
  const replaced = kept.find(([field, value]) => Object.hasOwn(asked, field) && asked[field] !== value);
  if (replaced !== undefined) {
    return mlError(call, 400, `The property ${replaced[0]} of ${name}:${version} cannot be replaced.`);
  }
  const refused = known === undefined ? kind.refusal(call, properties) : null;
  if (refused !== null) return refused;
  const nowMs = call.world.now();
  const asset: AssetVersion = {
    name,
    version,
    properties: { ...known?.properties, ...properties },
    createdAtMs: known?.createdAtMs ?? nowMs,
    modifiedAtMs: nowMs,
  };
  container.versions.set(version, asset);
  kind.of(call.world).set(name, container);
  return { status: known === undefined ? 201 : 200, body: versionBody(call, kind, asset) };
}

function listContainers(kind: AssetKind, call: Call): Reply {
  return armPage(
    call,
    [...kind.of(call.world).values()].map((container) => containerBody(call, kind, container)),
  );
}

function getContainer(kind: AssetKind, call: Call): Reply {
  const container = kind.of(call.world).get(call.params["name"]!);
  return container === undefined
    ? notFound(call, `${kind.word} container ${call.params["name"]!}`)
    : { status: 200, body: containerBody(call, kind, container) };
}

const VIEWS = ["ActiveOnly", "ArchivedOnly", "All"];

/** Newest first, as the service lists when no order is asked for; what is archived only when it is asked for. */
function listVersions(kind: AssetKind, call: Call): Reply {
  const container = kind.of(call.world).get(call.params["name"]!);
  if (container === undefined) return notFound(call, `${kind.word} container ${call.params["name"]!}`);
  const asked = call.query.get("version");
  const view = call.query.get("listViewType") ?? "ActiveOnly";
  if (!VIEWS.includes(view)) return mlError(call, 400, `listViewType should be one of ${VIEWS.join(", ")}.`);
  const versions = [...container.versions.values()].filter(
    ({ version, properties }) =>
      (asked === null || version === asked) &&
      (view === "All" || (properties["isArchived"] === true) === (view === "ArchivedOnly")),
  );
  const top = Number(call.query.get("$top") ?? call.world.pageSize);
  return armPage(
    call,
    versions.reverse().map((asset) => versionBody(call, kind, asset)),
    Math.min(top, call.world.pageSize),
  );
}

function getVersion(kind: AssetKind, call: Call): Reply {
  const asset = kind.of(call.world).get(call.params["name"]!)?.versions.get(call.params["version"]!);
  return asset === undefined
    ? notFound(call, `${kind.word} ${call.params["name"]!}:${call.params["version"]!}`)
    : { status: 200, body: versionBody(call, kind, asset) };
}

/** The routes that every kind of asset has. */
export function assetRoutes(kind: AssetKind): readonly Route[] {
  const containers = `${WORKSPACE_PATH}/${kind.plural}`;
  const read = `${ML_ACTIONS}/${kind.plural}/read`;
  const write = `${ML_ACTIONS}/${kind.plural}/write`;
  const route = (
    method: string,
    path: string,
    step: string,
    permission: string,
    handle: (kind: AssetKind, call: Call) => Reply,
  ): Route => ({ method, path, step: `${kind.word} ${step}`, permission, handle: (call) => handle(kind, call) });
  return [
    route("GET", containers, "containers list", read, listContainers),
    route("GET", `${containers}/{name}`, "container get", read, getContainer),
    route("PUT", `${containers}/{name}`, "container put", write, putContainer),
    route(
      "GET",
      `${containers}/{name}/versions`,
      "versions list",
      `${ML_ACTIONS}/${kind.plural}/versions/read`,
      listVersions,
    ),
    route(
      "GET",
      `${containers}/{name}/versions/{version}`,
      "version get",
      `${ML_ACTIONS}/${kind.plural}/versions/read`,
      getVersion,
    ),
    route(
      "PUT",
      `${containers}/{name}/versions/{version}`,
      "version put",
      `${ML_ACTIONS}/${kind.plural}/versions/write`,
      putVersion,
    ),
  ];
}
