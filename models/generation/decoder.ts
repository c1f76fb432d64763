import { jit, reshape, take, type Tensor, tensor, type Tree, treeMap } from "../../core/mod.ts";
import { type Cache, capacityOf, growCache } from "../cache.ts";
import type { GenerativeModel } from "./model.ts";
import { bucketOf, padPrompts, type Prompts } from "./prompt.ts";

/** Where a model stands in every row. */
export type DecoderState = {
  readonly cache: Cache;
  readonly context: Tree | undefined;
  /** Which columns count, by row; the columns written so far. */
  readonly mask: readonly (readonly number[])[];
  /** Position of the next token, by row. */
  readonly positions: readonly number[];
};

/** Where a model stands, and its logits [B, V] of the next token of every row. */
export type DecoderStep = DecoderState & { readonly logits: Tensor };

/** A model that is fed step by step, in programs of fixed shapes. */
export type Decoder<P extends Tree> = {
  /** Reads the prompts. */
  start(params: P, prompts: Prompts, options: StartOptions): DecoderStep;
  /** Reads one more token of every row. The state is used up. */
  step(params: P, state: DecoderState, ids: readonly number[]): DecoderStep;
  /** The state with other rows: row i of the result was row `rows[i]`. The state is used up. */
  reorder(state: DecoderState, rows: readonly number[]): DecoderState;
};

/** Options of `Decoder.start`. */
export type StartOptions = { readonly pad: number; readonly context?: Tree | undefined };

/** Smallest length of a prompt's program, and smallest capacity of a cache. */
const PROMPT_BUCKET = 16;
const CACHE_BUCKET = 64;

type Inputs = { readonly ids: Tensor; readonly mask: Tensor; readonly positions: Tensor };

type Outputs = { readonly logits: Tensor; readonly cache: Cache };

const decoders = new WeakMap<GenerativeModel<never>, Decoder<never>>();

/** The decoder of a model: one a model, so that its programs are compiled once. */
export function decoderOf<P extends Tree>(model: GenerativeModel<P>): Decoder<P> {
  const key = model as unknown as GenerativeModel<never>;
  const known = decoders.get(key) ?? (makeDecoder(model) as unknown as Decoder<never>);
  decoders.set(key, known);
  return known as unknown as Decoder<P>;
}

/**
 * A new decoder. Prompts are padded to lengths 16, 32, 64 ... (those behind virtual tokens are not),
 * the cache grows from 64 by doubling: a program is compiled for each size and none for a token.
 */
function makeDecoder<P extends Tree>(model: GenerativeModel<P>): Decoder<P> {
  const run = (
    params: P,
    { ids, mask, positions }: Inputs,
    cache: Cache,
    options: { readonly context: Tree | undefined; readonly continues: boolean },
  ): Outputs => {
    const { context, continues } = options;
    const inputs = { input_ids: ids, attention_mask: mask, position_ids: positions, cache };
    const out = model.forward(params, { ...inputs, context }, { lastOnly: true, continues });
    const [batch, , vocabulary] = out.logits.shape as readonly [number, number, number];
    return { logits: reshape(out.logits, [batch, vocabulary]), cache: out.cache };
  };
  const read = jit(function prefill(params: P, inputs: Inputs, context: Context): Outputs {
    const [batch, capacity] = inputs.mask.shape as readonly [number, number];
    const cache = model.initCache({ batch, capacity });
    return run(params, inputs, cache, { context: context.context, continues: false });
  });
  const next = jit(
    function step(params: P, inputs: Inputs, context: Context, cache: Cache): Outputs {
      return run(params, inputs, cache, { context: context.context, continues: true });
    },
    { donate: [3] },
  );
  const grow = jit(growCache, { static: [1], donate: [0] });
  const pick = jit(pickRows, { donate: [0] });
  return {
    start: (params, prompts, { pad, context }) => {
      const longest = Math.max(...prompts.input_ids.map((row) => row.length));
      const virtual = model.promptLength(params);
      // More padding between virtual tokens and the text would put them out of a window's reach.
      const exact = virtual + model.prefixLength(params) > 0;
      const length = exact ? longest : bucketOf(longest, PROMPT_BUCKET);
      const { ids, mask } = padPrompts(prompts, { pad, length });
      const capacity = bucketOf(virtual + length + 1, CACHE_BUCKET);
      // With virtual tokens, positions count padding too, as in PEFT; otherwise only what counts.
      const rows = mask.map((row) => virtual > 0 ? row.map((_, i) => i) : countOnes(row));
      const written = mask.map((row) => [...new Array<number>(virtual).fill(1), ...row]);
      const inputs = { ids: matrix(ids), mask: padded(written, capacity), positions: matrix(rows) };
      const out = read(params, inputs, context ? { context } : {});
      const positions = rows.map((row) => row[length - 1]! + 1);
      return { ...out, context, mask: written, positions };
    },
    step: (params, state, ids) => {
      const mask = state.mask.map((row) => [...row, 1]);
      const columns = mask[0]!.length;
      const full = columns > capacityOf(state.cache);
      const cache = full ? grow(state.cache, 2 * capacityOf(state.cache)) : state.cache;
      const inputs = {
        ids: matrix(ids.map((id) => [id])),
        mask: padded(mask, capacityOf(cache)),
        positions: matrix(state.positions.map((position) => [position])),
      };
      const out = next(params, inputs, state.context ? { context: state.context } : {}, cache);
      const positions = state.positions.map((position) => position + 1);
      return { ...out, context: state.context, mask, positions };
    },
    reorder: (state, rows) => {
      const { cache, context } = state;
      const indices = matrix(rows);
      return {
        cache: pick(cache, indices),
        context: context && pickRows(context, indices),
        mask: rows.map((row) => state.mask[row]!),
        positions: rows.map((row) => state.positions[row]!),
      };
    },
  };
}

type Context = { readonly context?: Tree };

/** Rows of every leaf; the position, a scalar, is everybody's. */
function pickRows<T extends Tree>(tree: T, rows: Tensor): T {
  return treeMap((leaf) => leaf.shape.length === 0 ? leaf : take(leaf, rows, { axis: 0 }), tree);
}

/** Positions that count the ones of a mask: the first is 0, and padding before it too. */
function countOnes(mask: readonly number[]): number[] {
  let seen = 0;
  return mask.map((one) => Math.max(0, (seen += one) - 1));
}

function matrix(rows: readonly number[] | readonly (readonly number[])[]): Tensor {
  return tensor(rows, { dtype: "i32" });
}

function padded(rows: readonly (readonly number[])[], width: number): Tensor {
  return matrix(rows.map((row) => [...row, ...new Array<number>(width - row.length).fill(0)]));
}
