import { type Json, UnsupportedError } from "../core/mod.ts";
import type { AdapterConfig } from "./adapter.ts";
import type { InitContext } from "./method.ts";

/** Known fields of a configuration with their defaults. */
export type FieldTable = { readonly [field: string]: Json };

type JsonRecord = { readonly [field: string]: Json };

/** Heads that PEFT trains along with every adapter, by task. */
const TASK_HEADS: { readonly [task_type: string]: readonly string[] } = {
  SEQ_CLS: ["classifier", "score"],
  TOKEN_CLS: ["classifier", "score"],
  QUESTION_ANS: ["qa_outputs"],
};

const TASK_TYPES = [
  ...Object.keys(TASK_HEADS),
  "SEQ_2_SEQ_LM",
  "CAUSAL_LM",
  "FEATURE_EXTRACTION",
];

/** Fields of every configuration besides its own and peft_type. */
const COMMON: FieldTable = { task_type: null, base_model_name_or_path: null, revision: null };

/** What PEFT notes in every file without an effect on what an adapter computes. */
const NOTES = ["auto_mapping", "inference_mode", "peft_version"];

/**
 * The configuration in `json`: known fields with their defaults, checked for type. Heads of
 * classification tasks join modules_to_save, where a table has that field.
 *
 * @param own the method's fields with their defaults, and its peft_type
 * @param ignored fields of the method that do not change what an adapter computes: dropped
 * @throws {UnsupportedError} for any other field that is neither null, false nor empty
 * @throws {TypeError} for a value of a type that the field cannot have
 */
export function readConfig<C extends AdapterConfig>(
  json: JsonRecord,
  own: FieldTable,
  ignored: readonly string[] = [],
): C {
  const fields: FieldTable = { peft_type: own.peft_type!, ...COMMON, ...own };
  for (const [field, value] of Object.entries(json)) {
    if (field in fields || [...NOTES, ...ignored].includes(field) || isOff(value)) continue;
    throw new UnsupportedError(
      `Cannot read the adapter configuration: "${field}" is ${JSON.stringify(value)}, which is ` +
        `unknown and may change what the adapter computes; remove the field if it does not`,
    );
  }
  const peft_type = json.peft_type ?? fields.peft_type;
  if (peft_type !== fields.peft_type) {
    throw new TypeError(
      `Cannot read the adapter configuration: peft_type is ${JSON.stringify(peft_type)}; ` +
        `expected ${JSON.stringify(fields.peft_type)}`,
    );
  }
  const config: { [field: string]: Json } = {};
  for (const [field, fallback] of Object.entries(fields)) {
    config[field] = json[field] ?? fallback;
    checkType(field, config[field], fallback);
  }
  checkTask(config.task_type);
  const heads = TASK_HEADS[String(config.task_type)] ?? [];
  if ("modules_to_save" in fields && (config.modules_to_save !== null || heads.length > 0)) {
    const saved = (config.modules_to_save ?? []) as readonly string[];
    config.modules_to_save = [...new Set([...saved, ...heads])];
  }
  return config as C;
}

/** The fields of a configuration among the options of `init`. */
export function givenFields(
  options: InitContext & { readonly [field: string]: unknown },
): JsonRecord {
  const { model_type: _type, model_config: _config, layout: _layout, ...fields } = options;
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as JsonRecord;
}

function isOff(value: Json): boolean {
  if (value === null || value === false || value === undefined) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function checkTask(task_type: Json | undefined): void {
  if (task_type === null || TASK_TYPES.includes(String(task_type))) return;
  throw new RangeError(
    `Cannot use task_type ${JSON.stringify(task_type)}: it is one of ${TASK_TYPES.join(", ")}`,
  );
}

/** Booleans, numbers and records must be what their default is; init options may also be strings. */
function checkType(field: string, value: Json, fallback: Json): void {
  const isInit = field.startsWith("init_") && typeof value === "string";
  const expected = kindOf(fallback);
  if (expected === "null" || isInit || kindOf(value) === expected) return;
  throw new TypeError(
    `Cannot use ${field} ${JSON.stringify(value)}: it must be a ${expected}, as its default ` +
      JSON.stringify(fallback),
  );
}

function kindOf(value: Json): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

/** `value`, checked by `valid`. `expected` says what it must be. */
export function asNumber(
  field: string,
  value: number,
  valid: (value: number) => boolean,
  expected: string,
): number {
  if (typeof value === "number" && valid(value)) return value;
  throw new RangeError(`Cannot use ${field} ${JSON.stringify(value)}: it must be ${expected}`);
}

/** Whether a number counts something that is there. */
export function isPositiveInteger(n: number): boolean {
  return Number.isInteger(n) && n > 0;
}

/** `value`, checked to be a positive integer. */
export function asPositiveInteger(field: string, value: number): number {
  return asNumber(field, value, isPositiveInteger, "a positive integer");
}

/** `value`, checked to be a rate of dropout. */
export function asRate(field: string, value: number): number {
  return asNumber(field, value, (p) => p >= 0 && p < 1, "in [0, 1)");
}
