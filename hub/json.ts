import { writeTextAtomic } from "./atomic.ts";
import { cannotRead, FileFormatError } from "./errors.ts";
import { isRawNumber, parseKeepingFractions, spellLike } from "./_number_texts.ts";

/** A JSON object of which nothing is known. */
export type JsonObject = { readonly [key: string]: unknown };

/** Whether `value` is an object, neither an array nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object that `text` holds; `file` is its name for errors. */
export function parseJsonObject(text: string, file: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FileFormatError(file, "the JSON", `does not parse: ${(error as Error).message}`);
  }
  if (!isJsonObject(value)) throw new FileFormatError(file, "the JSON", "is not an object");
  return value;
}

/** Reads a file that holds a JSON object. */
export async function readJson(path: string): Promise<JsonObject> {
  const text = await Deno.readTextFile(path).catch((error) => {
    throw cannotRead(path, error);
  });
  return parseJsonObject(text, path);
}

/** Reads a file that holds a JSON object; null if there is no such file. */
export async function readJsonIfExists(path: string): Promise<JsonObject | null> {
  const isThere = await Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw cannotRead(path, error);
  });
  return isThere ? await readJson(path) : null;
}

/**
 * Writes `value` as the Hugging Face libraries do: two spaces, keys in order, a last line break.
 *
 * @param options `like`: JSON text whose spelling of numbers is kept. Python tells 1.0 from 1, and
 * its libraries refuse the second where they expect the first.
 */
export async function writeJson(
  path: string,
  value: JsonObject,
  options: { readonly like?: string } = {},
): Promise<void> {
  await writeTextAtomic(path, formatJson(value, options));
}

/** The text that `writeJson` writes. */
export function formatJson(
  value: JsonObject,
  options: { readonly like?: string } = {},
): string {
  const { like } = options;
  const spelled = like === undefined ? value : spellLike(value, parseKeepingFractions(like));
  return JSON.stringify(sorted(spelled), null, 2) + "\n";
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJsonObject(value) || isRawNumber(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}
