import type { AzureContext, AzurePackage } from "../operations/deploy/azure.ts";
import { problem } from "../operations/problems.ts";
import type { CommandContext } from "./command.ts";

/** Spelled so that neither the compiler nor the bundler goes looking for a package that may not be there. */
const AZURE_PACKAGE: string = "@oddrun/azure";

/** The optional package for Azure, loaded now; `wanted` is what asked for it, for the message when it is absent. */
export async function loadAzure(wanted: string): Promise<AzurePackage> {
  try {
    return (await import(AZURE_PACKAGE)) as AzurePackage;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND" && message.includes(`'${AZURE_PACKAGE}'`)) {
      throw problem("azure-package-missing", wanted);
    }
    throw error;
  }
}

/** What of a command's context Azure's adapter gets. */
export function azureContext({ env, now, log, signal, progress }: CommandContext): AzureContext {
  return { env, now, log, signal, progress: (line) => progress(line) };
}
