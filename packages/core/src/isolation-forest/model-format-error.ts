/** A saved model that can't be used. `reason` says in words what is wrong and, where there is one, the way out. */
export class ModelFormatError extends Error {
  readonly reason: string;
  /** The file at fault, such as "isolation_forest.bin"; null when it is the whole. */
  readonly file: string | null;
  /** The field of model.json at fault, such as "scaler.scale[1]". */
  readonly field: string | null;
  constructor(reason: string, where: { readonly file?: string; readonly field?: string } = {}) {
    super(reason);
    this.name = "ModelFormatError";
    this.reason = reason;
    this.file = where.file ?? null;
    this.field = where.field ?? null;
  }
}
