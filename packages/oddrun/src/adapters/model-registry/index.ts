export { localRegistry } from "./local-registry.ts";
export { loadModelFolder, type ModelInFolder, publishModelFolder } from "./model-folder.ts";
