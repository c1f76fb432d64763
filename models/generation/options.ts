import { type Tensor, UnsupportedError } from "../../core/mod.ts";

/** How to generate; fields that generation_config.json has are spelled as there. */
export type GenerateOptions = {
  /** Tokens to add at most. Default 20. */
  readonly max_new_tokens?: number;
  /** Tokens that end a text, or null to go on to the limit. Default null. */
  readonly eos_token_id?: number | readonly number[] | null;
  /** Fills up texts that ended, and short prompts. Default: the first end token, or 0. */
  readonly pad_token_id?: number | null;
  /** Whether to draw tokens at random; needs `key`. Default false: the most likely one. */
  readonly do_sample?: boolean;
  /** Divides the logits before drawing. Default 1. */
  readonly temperature?: number;
  /** Draws among this many most likely tokens; 0 for all. Default 0. */
  readonly top_k?: number;
  /** Draws among the most likely tokens that together have this probability. Default 1. */
  readonly top_p?: number;
  /** Makes tokens that occur already less likely, if greater than 1. Default 1. */
  readonly repetition_penalty?: number;
  /** Texts followed at a time; 1 is no beam search. Default 1. */
  readonly num_beams?: number;
  /** Texts returned for every prompt, at most `num_beams`. Default 1. */
  readonly num_return_sequences?: number;
  /** Exponent of the length that divides a beam's score. Default 1. */
  readonly length_penalty?: number;
  /** Whether beams end with `num_beams` texts (true), by a heuristic (false), or surely. */
  readonly early_stopping?: boolean | "never";
  /** Texts that end generation where they occur; needs `decode`. */
  readonly stop_strings?: readonly string[];
  /** Token ids to text, for `stop_strings`. */
  readonly decode?: (ids: readonly number[]) => string;
  /** Random key, for `do_sample`. */
  readonly key?: Tensor;
};

/** The same with every default filled in. */
export type Settings = {
  readonly maxNewTokens: number;
  readonly ends: readonly number[];
  readonly pad: number;
  readonly sample: boolean;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly repetitionPenalty: number;
  readonly beams: number;
  readonly returned: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | "never";
  readonly stopStrings: readonly string[];
  readonly decode: ((ids: readonly number[]) => string) | null;
  readonly key: Tensor | null;
};

/**
 * Options with their defaults.
 *
 * @throws {RangeError} for a value out of range
 * @throws {TypeError} if sampling has no key or stop strings have no `decode`
 */
export function resolveOptions(options: GenerateOptions): Settings {
  const eos = options.eos_token_id ?? [];
  const ends = typeof eos === "number" ? [eos] : eos;
  const settings: Settings = {
    maxNewTokens: options.max_new_tokens ?? 20,
    ends,
    pad: options.pad_token_id ?? ends[0] ?? 0,
    sample: options.do_sample ?? false,
    temperature: options.temperature ?? 1,
    topK: options.top_k ?? 0,
    topP: options.top_p ?? 1,
    repetitionPenalty: options.repetition_penalty ?? 1,
    beams: options.num_beams ?? 1,
    returned: options.num_return_sequences ?? 1,
    lengthPenalty: options.length_penalty ?? 1,
    earlyStopping: options.early_stopping ?? false,
    stopStrings: options.stop_strings ?? [],
    decode: options.decode ?? null,
    key: options.key ?? null,
  };
  check(settings);
  return settings;
}

function check(s: Settings): void {
  requireRange(
    "max_new_tokens",
    s.maxNewTokens,
    Number.isInteger(s.maxNewTokens) && s.maxNewTokens > 0,
  );
  requireRange("temperature", s.temperature, s.temperature > 0);
  requireRange("top_k", s.topK, Number.isInteger(s.topK) && s.topK >= 0);
  requireRange("top_p", s.topP, s.topP > 0 && s.topP <= 1);
  requireRange("repetition_penalty", s.repetitionPenalty, s.repetitionPenalty > 0);
  requireRange("num_beams", s.beams, Number.isInteger(s.beams) && s.beams > 0);
  requireRange(
    "num_return_sequences",
    s.returned,
    Number.isInteger(s.returned) && s.returned > 0 && s.returned <= s.beams,
  );
  if (s.sample && !s.key) {
    throw new TypeError("Cannot sample without a random key: pass key: key(seed)");
  }
  if (s.sample && s.beams > 1) {
    throw new UnsupportedError(
      "Cannot sample in a beam search: beams are deterministic; leave out do_sample or num_beams",
    );
  }
  if (s.stopStrings.length > 0 && !s.decode) {
    throw new TypeError("Cannot look for stop_strings without decode: pass the tokenizer's decode");
  }
}

function requireRange(field: string, value: number, fits: boolean): void {
  if (!fits) throw new RangeError(`Cannot generate with ${field} ${value}: it is out of range`);
}
