import type { Json } from "../core/mod.ts";
import type { JsonRecord } from "./family.ts";
import { checkSize } from "./_sizes.ts";

/** What a family knows of config.json. */
export type ConfigSpec<C> = {
  readonly family: string;
  /** Every field that the model reads, with the default of the reference library. */
  readonly defaults: C;
  /** Fields whose default is null, and what they are otherwise. */
  readonly nullable: { readonly [field: string]: "number" | "string" };
  /** Fields that must have this value, because the model does not do the other thing. */
  readonly fixed: JsonRecord;
  /** Fields that do not change what the model computes. */
  readonly ignored: readonly string[];
};

// Fields of every configuration that say nothing about the computation.
const IGNORED = new Set(
  [
    "_name_or_path _from_model_config _commit_hash _attn_implementation architectures auto_map",
    "model_type transformers_version torch_dtype dtype use_cache return_dict task_specific_params",
    "output_hidden_states output_attentions torchscript use_bfloat16 gradient_checkpointing",
    "id2label label2id num_labels problem_type tokenizer_class prefix is_decoder finetuning_task",
    "bos_token_id eos_token_id pad_token_id sep_token_id decoder_start_token_id bad_words_ids",
    "max_length min_length do_sample early_stopping num_beams num_beam_groups diversity_penalty",
    "temperature top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size",
    "encoder_no_repeat_ngram_size num_return_sequences output_scores return_dict_in_generate",
    "forced_bos_token_id forced_eos_token_id remove_invalid_values begin_suppress_tokens",
    "exponential_decay_length_penalty suppress_tokens tf_legacy_loss attn_implementation",
  ].join(" ").split(" "),
);

/**
 * The configuration in a JSON record: known fields are checked against the type of their default;
 * an unknown one is refused unless it is absent, null, false or empty, because it might change what
 * the model computes.
 *
 * @throws {TypeError} for a field that is unknown or has a value of another type
 * @throws {RangeError} for a size that no model has
 */
export function readConfig<C extends JsonRecord>(json: JsonRecord, spec: ConfigSpec<C>): C {
  const known = new Set([...Object.keys(spec.defaults), ...spec.ignored]);
  for (const [field, value] of Object.entries(json)) {
    if (field in spec.fixed) requireFixed(field, value, spec);
    else if (!known.has(field) && !IGNORED.has(field) && !isNeutral(value)) {
      throw new TypeError(
        `Cannot read a ${spec.family} config: the field "${field}" is not known and might change ` +
          `what the model computes; remove it if it does not`,
      );
    }
  }
  const read = Object.keys(spec.defaults).map((field) => {
    const value = json[field];
    return [field, value === undefined ? spec.defaults[field] : typed(field, value, spec)];
  });
  return Object.fromEntries(read) as C;
}

function requireFixed<C>(field: string, value: Json, spec: ConfigSpec<C>): void {
  const wanted = spec.fixed[field];
  if (value === wanted || value === null) return;
  throw new TypeError(
    `Cannot read a ${spec.family} config: "${field}" is ${JSON.stringify(value)}; ` +
      `only ${JSON.stringify(wanted)} is supported`,
  );
}

function typed<C extends JsonRecord>(field: string, value: Json, spec: ConfigSpec<C>): Json {
  const byDefault = spec.defaults[field]!;
  const nullable = spec.nullable[field];
  if (value === null && (nullable !== undefined || byDefault === null)) return null;
  const wanted = nullable ?? typeof byDefault;
  const kind: string = typeof value;
  checkSize(spec.family, field, value);
  if (kind === wanted) return value;
  throw new TypeError(
    `Cannot read a ${spec.family} config: "${field}" is ${JSON.stringify(value)}; ` +
      `a ${wanted} is needed`,
  );
}

function isNeutral(value: Json): boolean {
  return value === null || value === false ||
    (typeof value === "object" && Object.keys(value).length === 0);
}

/** Number of classes: `num_labels`, or the entries of `id2label`, or two. */
export function labelCount(json: JsonRecord): number {
  if (typeof json.num_labels === "number") return json.num_labels;
  const labels = json.id2label;
  return typeof labels === "object" && labels !== null ? Object.keys(labels).length : 2;
}

/** The first of one id or several, null where there is none. */
export function firstId(value: Json | undefined): number | null {
  const id = Array.isArray(value) ? value[0] : value;
  return typeof id === "number" ? id : null;
}
