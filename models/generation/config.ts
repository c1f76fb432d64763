import type { JsonRecord } from "../family.ts";
import type { GenerateOptions } from "./options.ts";

const NUMBERS = [
  "max_new_tokens",
  "temperature",
  "top_k",
  "top_p",
  "repetition_penalty",
  "num_beams",
  "num_return_sequences",
  "length_penalty",
  "pad_token_id",
] as const;

/**
 * What a generation_config.json says of how to generate; what it says besides is left out.
 *
 * A whole length (`max_length`) is no number of new tokens and is left out too.
 *
 * @throws {TypeError} for a field of another type
 */
export function parseGenerationConfig(json: JsonRecord): GenerateOptions {
  const numbers = NUMBERS.filter((field) => (json[field] ?? null) !== null).map((field) => {
    const value = json[field];
    if (typeof value === "number") return [field, value];
    throw refused(field, value, "a number");
  });
  const { eos_token_id: eos, do_sample, early_stopping } = json;
  const ends = Array.isArray(eos) ? eos : [eos ?? null].filter((id) => id !== null);
  if (!ends.every((id) => typeof id === "number")) {
    throw refused("eos_token_id", eos, "a number or a list of them");
  }
  const sampling = do_sample ?? false;
  if (typeof sampling !== "boolean") throw refused("do_sample", do_sample, "true or false");
  const stopping = early_stopping ?? false;
  if (typeof stopping !== "boolean" && stopping !== "never") {
    throw refused("early_stopping", early_stopping, 'true, false or "never"');
  }
  return {
    ...Object.fromEntries(numbers),
    eos_token_id: ends as readonly number[],
    do_sample: sampling,
    early_stopping: stopping,
  };
}

function refused(field: string, value: unknown, wanted: string): TypeError {
  return new TypeError(
    `Cannot read a generation config: "${field}" is ${JSON.stringify(value)}; ${wanted} is needed`,
  );
}
