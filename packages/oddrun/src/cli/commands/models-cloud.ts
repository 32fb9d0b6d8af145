import { existsSync } from "node:fs";
import { join } from "node:path";
import type { CloudModelVersion } from "../../operations/deploy/cloud-registry.ts";
import { problem } from "../../operations/problems.ts";
import { printable } from "../../operations/text/visible-text.ts";
import { connect, type ModelToPush, pushModel } from "../cloud-registration.ts";
import type { CommandContext, CommandInput } from "../command.ts";
import { jsonText } from "../json-text.ts";
import { columns } from "../text-table.ts";
import { isoTime } from "./models-local.ts";

/** `oddrun models list --registry azureml`. */
export async function listInCloud(input: CommandInput, context: CommandContext): Promise<number> {
  const { connection, modelName } = await connect(input, context, '"oddrun models list --registry azureml"');
  const versions = await connection.registry.versions(modelName);
  context.stdout.write(
    input.isSet("json")
      ? jsonText(
          versions.map(({ createdAtMs, properties, ...rest }) => ({
            ...rest,
            createdAt: createdAtMs === null ? null : isoTime(createdAtMs),
            properties: Object.fromEntries(properties),
          })),
        )
      : listText(versions, `${modelName} in ${connection.place}`),
  );
  return 0;
}

function listText(versions: readonly CloudModelVersion[], what: string): string {
  if (versions.length === 0)
    return `There is no version of ${what}. "oddrun train --register azureml" registers one.\n`;
  const rows = versions.map(({ version, createdAtMs, properties }) => [
    version,
    createdAtMs === null ? "?" : isoTime(createdAtMs),
    printable(properties.get("oddrun_metric_record_count") ?? "?", 12),
    printable(properties.get("oddrun_git_commit") ?? "", 12),
    printable(properties.get("oddrun_source") ?? "registered by others"),
  ]);
  return `${columns([["version", "registered", "records", "commit", "trained on"], ...rows]).join("\n")}\n`;
}

/** `oddrun models push [VERSION]`: registers what was trained before. */
export async function pushToCloud(input: CommandInput, context: CommandContext): Promise<number> {
  const planned = await connect(input, context, '"oddrun models push"');
  const { json: outcome, text, failure } = await pushModel(planned, await modelToPush(input, context), context);
  context.stdout.write(input.isSet("json") ? jsonText(outcome) : text);
  if (failure !== null) throw failure;
  return 0;
}

async function modelToPush(input: CommandInput, context: CommandContext): Promise<ModelToPush> {
  const { loadModelFolder, localRegistry } = await import("../../adapters/model-registry/index.ts");
  const [, version] = input.args;
  const folder = input.text("model-dir");
  const wayOut = `The model is kept here: the same command goes on where this one stopped.`;
  if (version !== undefined && folder !== undefined) {
    throw problem("bad-usage", "A version and --model-dir each name a model: give one of them.");
  }
  const registry = localRegistry(join(context.dataDir, "models"), context.now, context.log);
  if (folder !== undefined) {
    const { model, sha256 } = await loadModelFolder(folder);
    // what it was trained on stands with its version, when it was trained here
    const known = (await registry.list()).find((each) => each.sha256 === sha256);
    return { model, source: known?.source ?? `the folder ${folder}`, wayOut };
  }
  const loaded = version === undefined ? await registry.promoted("metrics") : await registry.load(version);
  if (loaded === null) throw problem("model-not-found", join(context.dataDir, "models"));
  if (loaded.kind !== "metrics") {
    throw problem(
      "bad-usage",
      `${loaded.version} is a model of "oddrun detect", which uses it here; push a metrics model.`,
    );
  }
  return { model: loaded.model, source: loaded.source, wayOut };
}

/** `oddrun models pull [VERSION]`: a version's files, checked, as a model folder. */
export async function pullFromCloud(input: CommandInput, context: CommandContext): Promise<number> {
  const [, version] = input.args;
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) {
    throw problem("bad-usage", `A version there is a whole number, not "${printable(version)}".`);
  }
  const { connection, modelName } = await connect(input, context, '"oddrun models pull"');
  const { decodeModelFiles, manifestSha256, publishModelFiles, sha256 } = await import(
    "../../adapters/model-registry/index.ts"
  );
  const folder = input.text("model-dir") ?? "model";
  const wanted = version ?? (await connection.registry.versions(modelName))[0]?.version;
  const what = `${modelName} in ${connection.place}`;
  if (wanted === undefined) throw problem("azure-not-found", `version of ${what}`, "none is registered");
  const files = await connection.registry.pull(modelName, wanted);
  const model = decodeModelFiles(files, `version ${wanted} of ${what}`);
  context.signal.throwIfAborted();
  const before = manifestSha256(folder);
  const isOther = before !== null && files.every(({ bytes }) => sha256(bytes) !== before);
  if (isOther && !input.isSet("force")) {
    const wayOut = "Name another folder with --model-dir, or replace it with --force.";
    throw problem("output-exists", `Another model in ${printable(folder)}`, wayOut);
  }
  const pulledSha256 = await publishModelFiles(folder, new Map(files.map(({ name, bytes }) => [name, bytes])));
  const flagged = join(folder, "flagged.csv");
  if (isOther && existsSync(flagged)) {
    context.stderr.write(`Note: ${printable(flagged)} is left there, and tells of the model before.\n`);
  }
  context.stdout.write(
    input.isSet("json")
      ? jsonText({
          name: modelName,
          version: wanted,
          folder,
          sha256: pulledSha256,
          kind: model.kind,
          rowCount: model.rowCount,
        })
      : `Version ${wanted} of ${what} is in ${printable(folder)}: trained on ${model.rowCount} records. "oddrun score --model-dir ${printable(folder)}" uses it.\n`,
  );
  return 0;
}
