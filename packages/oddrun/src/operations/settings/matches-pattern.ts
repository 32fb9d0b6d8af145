/**
 * Whether all of `text` is what `pattern` says, where `*` stands for any characters, none included, and `?` for one. In time that
 * grows with the product of both lengths and no faster, whatever the pattern: it may come from a file in somebody else's repository.
 */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0;
  let of = 0;
  // where to go on when what followed the last star does not fit
  let afterStar = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[of] === "*") {
      of += 1;
      afterStar = of;
      starAt = at;
    } else if (of < pattern.length && (pattern[of] === "?" || pattern[of] === text[at])) {
      at += 1;
      of += 1;
    } else if (afterStar >= 0) {
      starAt += 1;
      at = starAt;
      of = afterStar;
    } else return false;
  }
  while (pattern[of] === "*") of += 1;
  return of === pattern.length;
}

/** The same where letter case says nothing, as in names on GitHub. */
export function matchesName(text: string, pattern: string): boolean {
  return matchesPattern(text.toLowerCase(), pattern.toLowerCase());
}
