import {
  add,
  convert,
  mul,
  normal,
  putAlongAxis,
  reshape,
  type Shape,
  slice,
  type StructuredWeight,
  type Tensor,
  tensor,
  UnsupportedError,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import { asNumber, asPositiveInteger } from "./_config.ts";
import { VERA_TARGETS } from "./defaults.ts";
import { deltaWeight } from "./delta_weight.ts";
import { frozen, thaw } from "./_frozen.ts";
import type { Module } from "./layout.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import type { ModuleConfig } from "./targets.ts";
import { torchRandperm } from "./_torch_random.ts";

/** SHiRA's configuration. */
export type ShiraConfig = ModuleConfig & {
  /** As many entries are trained as LoRA of this rank would have numbers. */
  readonly r: number;
  /** How the entries are chosen. Files hold the choice, so any kind can be read. */
  readonly mask_type: string;
  /** Seed of the choice. */
  readonly random_seed: number | null;
  /** False starts away from the model as it is. */
  readonly init_weights: boolean;
};

/** The trained entries [N], and where they are, [2, N]: rows and columns, not trained. */
export type ShiraModule = {
  readonly shira_weight: Tensor;
  readonly shira_indices: StructuredWeight;
};

/** What a generator of PyTorch starts from that nobody gave a seed. */
const TORCH_SEED = 67280421310721;

/**
 * SHiRA: a sparse ΔW. A few entries of the weight are trained, r (in + out) of them, at places
 * chosen at random; the rank of the change is not bounded.
 *
 * @see Bhardwaj et al. 2024, arXiv:2406.13175
 */
export const shira: Method<Adapter<ModuleFields<ShiraModule>, ShiraConfig>, ShiraConfig> =
  moduleMethod<ShiraModule, ShiraConfig>({
    name: "shira",
    peft_type: "SHIRA",
    fields: { r: 32, mask_type: "random", random_seed: null, init_weights: true },
    ignored: ["fan_in_fan_out"],
    accepts: ["linear"],
    targets: VERA_TARGETS,
    check: ({ r, random_seed }) => {
      asPositiveInteger("r", r);
      asNumber("random_seed", random_seed ?? 0, Number.isInteger, "an integer or null");
    },
    shapes: entryShapes,
    frozen: ["shira_indices"],
    init: (key, module, config) => {
      const { shira_weight: shape } = entryShapes(module, config);
      return {
        shira_weight: config.init_weights ? zeros(shape) : normal(key, shape),
        shira_indices: frozen(chooseEntries(module, config)),
      };
    },
    weight: (module, { shira_weight, shira_indices }, _config, { weight: amount }) => {
      const [inputs, outputs] = sidesOf(module);
      const indices = convert(thaw(shira_indices), "i32"); // floats in files made on Windows
      const count = shira_weight.shape[0]!;
      const line = (i: number): Tensor =>
        reshape(slice(indices, { start: [i, 0], stop: [i + 1, count] }), [count]);
      const places = add(mul(line(0), inputs), line(1));
      const flat = putAlongAxis(zeros([outputs * inputs], { dtype: shira_weight.dtype }), places, {
        values: shira_weight,
        kind: "add",
      });
      return deltaWeight(
        { base: module.weight, delta: reshape(flat, [outputs, inputs]), amount },
        null,
      );
    },
  });

function entryShapes(
  module: Module,
  { r }: ShiraConfig,
): { readonly shira_weight: Shape; readonly shira_indices: Shape } {
  const [inputs, outputs] = sidesOf(module);
  const count = r * (inputs + outputs);
  if (count <= inputs * outputs) return { shira_weight: [count], shira_indices: [2, count] };
  throw new RangeError(
    `Cannot train ${count} entries of "${module.path}", which is [${outputs}, ${inputs}]: ` +
      `it has fewer; choose an r smaller than ${r}`,
  );
}

/** Rows and columns of the entries, in the order of the weight. Equal shapes have equal places. */
function chooseEntries(module: Module, { r, mask_type, random_seed }: ShiraConfig): Tensor {
  if (mask_type !== "random") {
    throw new UnsupportedError(
      `Cannot choose entries by mask_type "${mask_type}": only "random" is defined; ` +
        `adapters with another one can be read from files`,
    );
  }
  const [inputs, outputs] = sidesOf(module);
  const count = r * (inputs + outputs);
  const places = torchRandperm(inputs * outputs, count, random_seed ?? TORCH_SEED).sort();
  const indices = new Int32Array(2 * count);
  places.forEach((place, i) => {
    indices[i] = Math.floor(place / inputs);
    indices[count + i] = place % inputs;
  });
  return tensor(indices, { shape: [2, count] });
}
