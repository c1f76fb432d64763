import {
  expandDims,
  mul,
  normal,
  reshape,
  type Shape,
  softmax,
  sum,
  take,
  type Tensor,
  topK,
  transpose,
  uniform,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { asNumber, asPositiveInteger, asRate, isPositiveInteger } from "./_config.ts";
import { VBLORA_TARGETS } from "./defaults.ts";
import { foldInPath } from "./_keys.ts";
import type { Module } from "./layout.ts";
import { lowRankWeight } from "./_low_rank.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import type { ModuleConfig } from "./targets.ts";
import { packTopK, unpackTopK } from "./_vblora_files.ts";

/** VB-LoRA's configuration. */
export type VbloraConfig = ModuleConfig & {
  readonly r: number;
  readonly bias: string;
  /** How many vectors the bank has, and their length, which divides both sides of the weights. */
  readonly num_vectors: number;
  readonly vector_length: number;
  /** How many vectors a part of a factor is mixed of. */
  readonly topk: number;
  readonly vblora_dropout: number;
  /** Where the vectors start: uniform between minus this and this. */
  readonly init_vector_bank_bound: number;
  /** Deviation of the logits at the start. */
  readonly init_logits_std: number;
  /** Files hold only what the chosen vectors are mixed by: much smaller, and not to be trained on. */
  readonly save_only_topk_weights: boolean;
};

/** What says how the factors are mixed: A's [r, in / b, vectors] and B's [out / b, r, vectors]. */
export type VbloraModule = { readonly vblora_logits_A: Tensor; readonly vblora_logits_B: Tensor };

/**
 * VB-LoRA: ΔW = B A, where every part of b numbers of A and B is a mixture of a few vectors of one
 * bank, which all modules share and which is trained with them.
 *
 * The vectors do not start at zero, so a fresh adapter changes the model a little, as in PEFT.
 *
 * @see Li et al. 2024, arXiv:2405.15179
 */
export const vblora: Method<Adapter<ModuleFields<VbloraModule>, VbloraConfig>, VbloraConfig> =
  moduleMethod<VbloraModule, VbloraConfig>({
    name: "vblora",
    peft_type: "VBLORA",
    fields: {
      r: 4,
      bias: "none",
      num_vectors: 256,
      vector_length: 256,
      topk: 2,
      vblora_dropout: 0,
      init_vector_bank_bound: 0.02,
      init_logits_std: 0.1,
      save_only_topk_weights: false,
    },
    ignored: ["fan_in_fan_out", "init_weights"],
    accepts: ["linear", "conv1d"],
    targets: VBLORA_TARGETS,
    check: checkVblora,
    shapes: logitShapes,
    shared: {
      kind: "trained",
      shapes: (_modules, { num_vectors, vector_length }) => ({
        vblora_vector_bank: [num_vectors, vector_length],
      }),
      init: (key, { num_vectors, vector_length, init_vector_bank_bound: bound }) => ({
        vblora_vector_bank: uniform(foldInPath(key, "vblora_vector_bank"), [
          num_vectors,
          vector_length,
        ], { minval: -bound, maxval: bound }),
      }),
    },
    init: (key, module, config) => {
      const shapes = logitShapes(module, config);
      const draw = (name: keyof VbloraModule): Tensor =>
        mul(config.init_logits_std, normal(foldInPath(key, name), shapes[name]));
      return { vblora_logits_A: draw("vblora_logits_A"), vblora_logits_B: draw("vblora_logits_B") };
    },
    weight: (module, { vblora_logits_A, vblora_logits_B }, config, options) => {
      const [inputs, outputs] = sidesOf(module);
      const { r, topk, vblora_dropout: dropout } = config;
      const bank = options.shared.vblora_vector_bank!;
      const A = reshape(mixed(vblora_logits_A, bank, { topk }), [r, inputs]);
      const parts = mixed(vblora_logits_B, bank, { topk }); // [out / b, r, b]
      const B = reshape(transpose(parts, [0, 2, 1]), [outputs, r]);
      return lowRankWeight(module, { A, B, scale: 1, dropout }, options);
    },
    files: { pack: packTopK, unpack: unpackTopK },
  });

/** Mixtures of the best vectors of the bank by logits [..., vectors]: [..., b]. */
function mixed(logits: Tensor, bank: Tensor, { topk }: { readonly topk: number }): Tensor {
  const [best, ids] = topK(logits, topk);
  const vectors = take(bank, ids); // [..., topk, b]
  return sum(mul(expandDims(softmax(best), -1), vectors), { axes: [-2] });
}

function logitShapes(
  module: Module,
  { r, num_vectors, vector_length: b }: VbloraConfig,
): { readonly vblora_logits_A: Shape; readonly vblora_logits_B: Shape } {
  const [inputs, outputs] = sidesOf(module);
  if (inputs % b === 0 && outputs % b === 0) {
    return {
      vblora_logits_A: [r, inputs / b, num_vectors],
      vblora_logits_B: [outputs / b, r, num_vectors],
    };
  }
  throw new RangeError(
    `Cannot use vector_length ${b} for "${module.path}": it does not divide ` +
      `[${outputs}, ${inputs}]; choose one that divides the sides of every target`,
  );
}

function checkVblora(config: VbloraConfig): void {
  const { num_vectors, topk, vblora_dropout } = config;
  asPositiveInteger("r", config.r);
  asPositiveInteger("vector_length", config.vector_length);
  asPositiveInteger("num_vectors", num_vectors);
  const few = (n: number): boolean => isPositiveInteger(n) && n <= num_vectors;
  asNumber("topk", topk, few, `a positive integer, at most num_vectors, ${num_vectors}`);
  asRate("vblora_dropout", vblora_dropout);
}
