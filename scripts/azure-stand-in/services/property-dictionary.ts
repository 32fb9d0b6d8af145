import { mlError } from "../arm.ts";
import type { Call, Reply } from "../http.ts";
import type { Json } from "../world.ts";

/** Azure's own among the properties of an endpoint and its deployments. */
const OWN = ["AzureAsyncOperationUri", "azureml.onlineendpointid"];

const dictionary = (properties: Json | undefined): Json => (properties?.["properties"] ?? {}) as Json;

/** The specification: properties can be added, but not removed or altered. Where none are sent, they stay as they are. */
export function refusedDictionary(call: Call, known: Json | undefined, sent: Json): Reply | null {
  const before = Object.entries(dictionary(known)).filter(([name]) => !OWN.includes(name));
  if ((sent["properties"] ?? null) === null) return null;
  const changed = before.find(([name, value]) => dictionary(sent)[name] !== value);
  if (changed === undefined) return null;
  return mlError(call, 400, `The property '${changed[0]}' cannot be removed or altered.`, { inner: "BadArgument" });
}

/** What is kept of the properties that were sent: with those known before, without Azure's own and without keys. */
export function keptProperties(known: Json | undefined, sent: Json): Json {
  const { keys: _, ...rest } = sent;
  const all = Object.entries({ ...dictionary(known), ...dictionary(sent) });
  return { ...rest, properties: Object.fromEntries(all.filter(([name]) => !OWN.includes(name))) };
}
