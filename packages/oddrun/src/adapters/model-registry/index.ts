export { decodeModelFiles } from "./decode-model-files.ts";
export { localRegistry } from "./local-registry.ts";
export { loadModelFolder, manifestSha256, type ModelInFolder, sha256 } from "./model-folder.ts";
export { encodedModel, publishModelFiles, publishModelFolder } from "./publish-model-folder.ts";
