import type { Json } from "../core/mod.ts";
import { ropeFrequencies } from "../nn/mod.ts";
import type { JsonRecord } from "./family.ts";

/** How positions turn queries and keys: the checkpoint's rope fields, old or new. */
export type RopeConfig = {
  readonly rope_theta: number;
  readonly rope_type: "default" | "linear" | "llama3";
  readonly factor: number;
  readonly low_freq_factor: number;
  readonly high_freq_factor: number;
  readonly original_max_position_embeddings: number;
};

/** Fields of config.json that `parseRope` reads. */
export const ROPE_FIELDS: readonly string[] = ["rope_parameters", "rope_scaling", "rope_theta"];

/**
 * The rope fields of a config: `rope_parameters`, or `rope_theta` and `rope_scaling` in older files.
 *
 * @throws {TypeError} for a kind of scaling that is not supported
 */
export function parseRope(json: JsonRecord): RopeConfig {
  const given = record(json.rope_parameters) ?? record(json.rope_scaling) ?? {};
  const type = given.rope_type ?? given.type ?? "default";
  if (type !== "default" && type !== "linear" && type !== "llama3") {
    throw new TypeError(
      `Cannot read a config: rope_type is ${JSON.stringify(type)}; ` +
        `the supported ones are "default", "linear", "llama3"`,
    );
  }
  const read = (field: string, fallback: number): number => {
    const value = given[field];
    return typeof value === "number" ? value : fallback;
  };
  const theta = typeof json.rope_theta === "number" ? json.rope_theta : 10000;
  return {
    rope_theta: read("rope_theta", theta),
    rope_type: type,
    factor: read("factor", 1),
    low_freq_factor: read("low_freq_factor", 1),
    high_freq_factor: read("high_freq_factor", 4),
    original_max_position_embeddings: read("original_max_position_embeddings", 8192),
  };
}

/**
 * The frequencies of a config for a rotated part of `size` entries.
 *
 * @see transformers/modeling_rope_utils.py
 */
export function frequenciesOf(rope: RopeConfig, size: number): readonly number[] {
  const plain = ropeFrequencies({ size, base: rope.rope_theta });
  switch (rope.rope_type) {
    case "default":
      return plain;
    case "linear":
      return plain.map((frequency) => frequency / rope.factor);
    case "llama3":
      return plain.map((frequency) => stretch(frequency, rope));
  }
}

/** Slow frequencies are divided by the factor, fast ones kept, those between interpolated. */
function stretch(frequency: number, rope: RopeConfig): number {
  const { factor, low_freq_factor: low, high_freq_factor: high } = rope;
  const turns = rope.original_max_position_embeddings * frequency / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const share = (turns - low) / (high - low);
  return (1 - share) * frequency / factor + share * frequency;
}

function record(value: Json | undefined): JsonRecord | null {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  return isRecord ? value as JsonRecord : null;
}
