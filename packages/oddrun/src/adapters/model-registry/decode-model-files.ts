import {
  decodeModel,
  FOREST_FILE,
  type IsolationForestModel,
  MODEL_FILE,
  ModelFormatError,
} from "@oddrun/core/isolation-forest";
import type { ModelFile } from "../../operations/ports.ts";
import { problem } from "../../operations/problems.ts";
import { sha256 } from "./model-folder.ts";

/** The model that these files are, after checking all of it; `place` names them in a problem. */
export function decodeModelFiles(files: readonly ModelFile[], place: string): IsolationForestModel {
  const own = files.filter(({ name }) => name === MODEL_FILE || name === FOREST_FILE);
  try {
    return decodeModel(new Map(own.map(({ name, bytes }) => [name, bytes])), sha256);
  } catch (error) {
    if (error instanceof ModelFormatError) throw problem("model-refused", place, error.reason);
    throw error;
  }
}
