import { add, mul, sum, type Tensor, type Tree, treeMap, treeZip } from "../core/mod.ts";
import { meansOf } from "./_directions.ts";
import { adamw } from "./adamw.ts";
import { addDecayedWeights, type DecayOptions } from "./decay.ts";
import { groups, type GroupsState } from "./groups.ts";
import { stateless } from "./identity.ts";
import { accumulator, firstStep, updateMoment } from "./moments.ts";
import {
  chain,
  type EmptyState,
  type LearningRate,
  type Optimizer,
  type Transform,
} from "./optimizer.ts";
import { orthogonalize, type OrthogonalizeOptions } from "./orthogonalize.ts";
import { sgd } from "./sgd.ts";

/** Options of `scaleByMuon`. */
export type ScaleByMuonOptions = OrthogonalizeOptions & {
  /** Decay of the mean of gradients. Default 0.95. */
  readonly beta?: number;
  /** Whether to look ahead by one step of the mean. Default true. */
  readonly nesterov?: boolean;
  /** Whether a direction is scaled by its inner product with the mean. Default false. */
  readonly adaptive?: boolean;
};

/** Options of `scaleByShape`. */
export type ShapeOptions = {
  /**
   * The axis of a matrix that is summed over when it is used: 0 for weights stored [in, out], as in
   * optax, 1 for [out, in], as in PyTorch. Default 0.
   */
  readonly inputAxis?: 0 | 1;
  /** Root mean square of a direction, whatever the shape. By default it follows the shape. */
  readonly consistentRms?: number;
};

/** Options of `muon`. */
export type MuonOptions = ScaleByMuonOptions & ShapeOptions & DecayOptions & {
  /** Which parameters Muon moves; by default those with two axes. With more, the last two count. */
  readonly matrices?: (path: string, param: Tensor) => boolean;
  /** Learning rate of AdamW, which moves the others; by default the same. */
  readonly adamLr?: LearningRate;
  /** Decay of AdamW's mean of gradients. Default 0.9. */
  readonly adamB1?: number;
  /** Decay of AdamW's mean of squares. Default 0.999. */
  readonly adamB2?: number;
  /** Weight decay of AdamW. Default 0. */
  readonly adamWeightDecay?: number;
};

/** Steps taken, and the running mean of gradients, in float32. */
export type MuonState = { readonly step: Tensor; readonly mu: Tree };

/**
 * The direction of Muon: the mean of gradients, orthogonalized. For matrices alone.
 *
 * @see Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"
 */
export function scaleByMuon(options: ScaleByMuonOptions = {}): Transform<MuonState> {
  const { beta = 0.95, nesterov = true, adaptive = false } = options;
  return {
    kind: "transform",
    init: (params) => ({ step: firstStep(), mu: treeMap(accumulator, params) }),
    update: (grads, state) => {
      const step = add(state.step, 1);
      const mu = updateMoment(state.mu, grads, { decay: beta });
      const directions = treeZip(
        ([, m]) => {
          const near = orthogonalize(m!, options);
          const product = (): Tensor => sum(mul(m!, near), { axes: [-2, -1], keepDims: true });
          return adaptive ? mul(product(), near) : near;
        },
        grads,
        meansOf(mu, grads, { b1: beta, step, nesterov }),
      );
      return [directions, { step, mu }];
    },
  };
}

/**
 * d ← d · √max(1, out / in), or d · √max(in, out) · consistentRms: orthogonal matrices as large as
 * their layers ask for.
 *
 * @see Bernstein & Newhouse 2024, arXiv:2410.21265; Liu et al. 2025, arXiv:2502.16982 for `consistentRms`
 */
export function scaleByShape(options: ShapeOptions = {}): Transform<EmptyState> {
  const { inputAxis = 0, consistentRms } = options;
  return stateless((directions) =>
    treeMap((d) => {
      const sides = d.shape.slice(-2) as [number, number];
      const [fanIn, fanOut] = [sides[inputAxis], sides[1 - inputAxis]!];
      const factor = consistentRms === undefined
        ? Math.sqrt(Math.max(1, fanOut / fanIn))
        : Math.sqrt(Math.max(fanIn, fanOut)) * consistentRms;
      return mul(factor, d);
    }, directions)
  );
}

/**
 * Muon: p ← p - lr · (√max(1, out / in) · U Vᵀ + weightDecay · p) for matrices, where U Vᵀ is the mean
 * of their gradients orthogonalized, and AdamW with Nesterov's momentum for everything else.
 *
 * Embeddings and heads, though matrices, commonly do better with AdamW: say so by `matrices`.
 *
 * @param lr the learning rate, or a schedule
 * @see Jordan et al. 2024, "Muon: an optimizer for hidden layers in neural networks"
 */
export function muon(lr: LearningRate, options: MuonOptions = {}): Optimizer<GroupsState> {
  const { matrices = (_, p) => p.shape.length === 2, nesterov = true } = options;
  const adam = adamw(options.adamLr ?? lr, {
    b1: options.adamB1 ?? 0.9,
    b2: options.adamB2 ?? 0.999,
    eps: options.eps ?? 1e-8,
    weightDecay: options.adamWeightDecay ?? 0,
    nesterov,
  });
  const ofMatrices = chain(
    scaleByMuon(options),
    scaleByShape(options),
    addDecayedWeights(options),
    sgd(lr),
  );
  return groups(
    { muon: ofMatrices, adam },
    (path, param) => matrices(path, param) ? "muon" : "adam",
  );
}
