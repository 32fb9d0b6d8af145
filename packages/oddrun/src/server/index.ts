export { checkExposure, isLoopback, readApiKey } from "./access.ts";
export { folderPlace, registryPlace } from "./model-places.ts";
export { createServer, type ServerOptions } from "./create-server.ts";
export { type ModelSource, type ServedModel, servedModel } from "./served-model.ts";
export { type ListenOptions, type RunningServer, startServer } from "./start-server.ts";
export { filesFingerprint, type ModelPlace, watchModel } from "./watched-model.ts";
