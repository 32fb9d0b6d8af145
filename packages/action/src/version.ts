/** Oddrun's version, held against package.json by a test: the bundle has no package.json beside it. */
export const VERSION = "0.1.0";
