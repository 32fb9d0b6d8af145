import { Problem, problem } from "../../operations/problems.ts";

/** Turns what SQLite or the file system says into one clear problem; a problem passes through as it is. */
export function storeProblem(path: string, error: unknown): unknown {
  if (error instanceof Problem) return error;
  const { code, errcode, message } = error as {
    readonly code?: unknown;
    readonly errcode?: unknown;
    message?: unknown;
  };
  if (typeof errcode === "number") return sqliteProblem(path, errcode & 0xff, String(message));
  switch (code) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return problem("store-not-writable", path, "the permission is missing");
    case "ENOTDIR":
    case "EEXIST":
    case "ENOENT":
    case "ELOOP":
      return problem("store-not-writable", path, "its folder cannot be made");
    case "ENOSPC":
    case "EDQUOT":
      return problem("store-full", path);
    default:
      return error;
  }
}

/** By SQLite's primary result codes, https://sqlite.org/rescode.html. */
function sqliteProblem(path: string, code: number, message: string): Problem {
  switch (code) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return problem("store-busy", path);
    case 3: // SQLITE_PERM
    case 8: // SQLITE_READONLY
    case 14: // SQLITE_CANTOPEN
    case 23: // SQLITE_AUTH
      return problem("store-not-writable", path, "it cannot be opened for writing");
    case 13: // SQLITE_FULL
      return problem("store-full", path);
    case 11: // SQLITE_CORRUPT
      return problem("store-damaged", path);
    case 26: // SQLITE_NOTADB
      return problem("store-not-a-store", path, "it is not a SQLite file");
    default:
      return problem("store-failed", path, message);
  }
}
