import type { AzureDoctorRequest, CheckOutcome, CloudRegistry } from "oddrun/ports";
import { shown } from "../shown.ts";

/** Whether the newest registered version can be fetched whole and read as a model. */
export async function modelOutcome(
  registry: CloudRegistry,
  { modelName, describeModel }: Pick<AzureDoctorRequest, "modelName" | "describeModel">,
): Promise<CheckOutcome> {
  const [newest] = await registry.versions(modelName);
  if (newest === undefined) {
    const mend = 'Register one with "oddrun train --register azureml".';
    return { status: "warning", found: `no version of "${shown(modelName)}" is registered`, mend };
  }
  const files = await registry.pull(modelName, newest.version);
  const which = `${shown(modelName)} version ${shown(newest.version, 20)}`;
  return { status: "ok", found: `${which} loads: ${shown(describeModel(files))}` };
}
