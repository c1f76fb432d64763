/** A number with the text that a file spells it with. */
type RawNumber = { readonly rawJSON: string };

// Deno has these since V8 11.4; TypeScript 6.0 does not know them.
const json = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, at: At) => unknown): unknown;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

type At = { readonly source?: string };

/** The JSON in `text`, where whole numbers that are spelled as fractions, such as 1.0, stay so. */
export function parseKeepingFractions(text: string): unknown {
  return json.parse(text, (_key, value, { source }) => {
    const isSpelled = source !== undefined && Number.isInteger(value) && /[.eE]/.test(source);
    return isSpelled ? json.rawJSON(source) : value;
  });
}

/** Whether `value` is a number that `parseKeepingFractions` kept the text of. */
export function isRawNumber(value: unknown): boolean {
  return json.isRawJSON(value);
}

/** `value` with the spelling of the numbers that `like` has in the same places. */
export function spellLike(value: unknown, like: unknown): unknown {
  if (json.isRawJSON(like)) return Number(like.rawJSON) === value ? like : value;
  if (typeof value !== "object" || value === null) return value;
  if (typeof like !== "object" || like === null) return value;
  const known = like as { readonly [key: string]: unknown };
  if (Array.isArray(value)) return value.map((item, i) => spellLike(item, known[i]));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      spellLike(item, Object.hasOwn(known, key) ? known[key] : undefined),
    ]),
  );
}
