/**
 * Python's `re.fullmatch`: whether all of `text` matches the regular expression.
 *
 * @throws {SyntaxError} if `source` is no regular expression
 */
export function fullMatch(source: string, text: string): boolean {
  return new RegExp(`^(?:${fromPython(source)})$`).test(text);
}

/** Whether `name` is `entry` or ends with it after a dot. */
export function matchesSuffix(name: string, entry: string): boolean {
  return name === entry || name.endsWith(`.${entry}`);
}

/**
 * The value for the module `name` in a pattern such as `rank_pattern`: that of the first key, a
 * regular expression, that matches the name or the part of it after a dot. undefined if none does.
 */
export function patternValue(
  pattern: { readonly [key: string]: number },
  name: string,
): number | undefined {
  const key = Object.keys(pattern).find((key) =>
    new RegExp(`^(.*\\.)?(${fromPython(key)})$`).test(name)
  );
  return key === undefined ? undefined : pattern[key];
}

function fromPython(source: string): string {
  return source.replaceAll("(?P<", "(?<").replaceAll("\\Z", "$").replaceAll("\\A", "^");
}
