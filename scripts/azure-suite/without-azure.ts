/** For --import: Node as it is where @oddrun/azure was never installed. */
export const WITHOUT_AZURE = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module";
  registerHooks({
    resolve(specifier, context, next) {
      if (specifier !== "@oddrun/azure") return next(specifier, context);
      throw Object.assign(new Error("Cannot find package '@oddrun/azure'"), { code: "ERR_MODULE_NOT_FOUND" });
    },
  });
`)}`;
