export { type AuthBy, checkExposure, readApiKey } from "./access.ts";
export type { ServerOptions } from "./create-server.ts";
export { findModelFolder } from "./find-model-folder.ts";
export { folderPlace, registryPlace } from "./model-places.ts";
export type { ModelSource } from "./served-model.ts";
export { startServer } from "./start-server.ts";
export { type ModelPlace, watchModel } from "./watched-model.ts";
