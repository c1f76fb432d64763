import {
  add,
  concatenate,
  expandDims,
  eye,
  inv,
  matmul,
  mul,
  normal,
  reshape,
  sub,
  take,
  type Tensor,
  tensor,
  UnsupportedError,
  zeros,
} from "../core/mod.ts";
import type { Adapter, ModuleFields } from "./adapter.ts";
import type { Module } from "./layout.ts";
import type { Method } from "./method.ts";
import { moduleMethod } from "./_module_method.ts";
import { sidesOf } from "./_sides.ts";
import { rotatedWeight } from "./rotated_weight.ts";
import type { ModuleConfig } from "./targets.ts";

/** OFT's configuration. */
export type OftConfig = ModuleConfig & {
  readonly bias: string;
  /** Number of blocks, or 0 to go by oft_block_size. */
  readonly r: number;
  readonly oft_block_size: number;
  readonly init_weights: boolean;
  readonly use_cayley_neumann: boolean;
  readonly num_cayley_neumann_terms: number;
  readonly block_share: boolean;
  readonly coft: boolean;
};

/** Upper triangles of skew-symmetric blocks, row by row: [blocks, b (b - 1) / 2]. */
export type OftModule = { readonly oft_R: { readonly weight: Tensor } };

/**
 * OFT: W' = W Rᵀ with R a rotation in blocks, the Cayley transform (I - Q)(I + Q)⁻¹ of skew-symmetric
 * Q, or the first terms of its series.
 *
 * @see Qiu et al. 2023, arXiv:2306.07280
 */
export const oft: Method<Adapter<ModuleFields<OftModule>, OftConfig>, OftConfig> = moduleMethod<
  OftModule,
  OftConfig
>({
  name: "oft",
  peft_type: "OFT",
  fields: {
    bias: "none",
    r: 0,
    oft_block_size: 32,
    init_weights: true,
    use_cayley_neumann: true,
    num_cayley_neumann_terms: 5,
    block_share: false,
    coft: false,
  },
  ignored: ["eps", "module_dropout", "fan_in_fan_out"],
  accepts: ["linear"],
  check: ({ coft, block_share }) => {
    if (!coft && !block_share) return;
    throw new UnsupportedError(`Cannot use coft or block_share: blocks are free and their own`);
  },
  shapes: (module, config) => ({ "oft_R.weight": triangles(module, config) }),
  init: (key, module, config) => {
    const shape = triangles(module, config);
    return { oft_R: { weight: config.init_weights ? zeros(shape) : normal(key, shape) } };
  },
  weight: (module, { oft_R }, config, { weight: amount }) => {
    const [blocks, b] = blocksOf(module, config);
    const q = skew(oft_R.weight, blocks, b);
    const rotation = config.use_cayley_neumann
      ? cayleySeries(q, config.num_cayley_neumann_terms)
      : matmul(sub(eye(b), q), inv(add(eye(b), q)));
    return rotatedWeight({ base: module.weight, rotation, amount }, null);
  },
});

function blocksOf(module: Module, config: OftConfig): readonly [blocks: number, b: number] {
  const [inputs] = sidesOf(module);
  const b = config.r > 0 ? inputs / config.r : config.oft_block_size;
  if (inputs % b === 0) return [inputs / b, b];
  throw new RangeError(
    `Cannot cut the ${inputs} inputs of "${module.path}" into blocks of ${b}: it is no divisor; ` +
      `change r or oft_block_size`,
  );
}

function triangles(module: Module, config: OftConfig): readonly [number, number] {
  const [blocks, b] = blocksOf(module, config);
  return [blocks, (b * (b - 1)) / 2];
}

/** Q [blocks, b, b] from the entries above its diagonal. */
function skew(upper: Tensor, blocks: number, b: number): Tensor {
  const entries = (b * (b - 1)) / 2;
  const place = (i: number, j: number): number => (i * (2 * b - i - 1)) / 2 + j - i - 1;
  const [ids, signs]: [number[], number[]] = [[], []];
  for (let i = 0; i < b; i++) {
    for (let j = 0; j < b; j++) {
      ids.push(i === j ? entries : i < j ? place(i, j) : place(j, i));
      signs.push(Math.sign(j - i));
    }
  }
  const padded = concatenate([upper, zeros([blocks, 1])], { axis: 1 });
  const picked = take(padded, tensor(ids, { dtype: "i32" }), { axis: 1 });
  return reshape(mul(picked, tensor(signs)), [blocks, b, b]);
}

/** I + 2 Q + 2 Q² + ... + Qⁿ⁻¹: n terms, the last of which PEFT does not double. */
function cayleySeries(q: Tensor, terms: number): Tensor {
  let power = q;
  let total = expandDims(eye(q.shape[1]!), 0);
  for (let k = 1; k < terms; k++) {
    total = add(total, k < terms - 1 ? mul(2, power) : power);
    power = matmul(power, q);
  }
  return total;
}
