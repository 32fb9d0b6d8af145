export { checkExposure, readApiKey } from "./access.ts";
export { folderPlace, registryPlace } from "./model-places.ts";
export { startServer } from "./start-server.ts";
export { type ModelPlace, watchModel } from "./watched-model.ts";
