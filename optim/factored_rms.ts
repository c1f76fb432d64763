import {
  add,
  convert,
  div,
  expandDims,
  mean,
  mul,
  pow,
  rsqrt,
  square,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  zeros,
} from "../core/mod.ts";
import { accumulator, firstStep, movingAverage, widen } from "./moments.ts";
import type { Transform } from "./optimizer.ts";

/** Options of `scaleByFactoredRms`. */
export type FactoredOptions = {
  /** Whether large matrices keep averages of rows and columns alone. Default true. */
  readonly factored?: boolean;
  /** Matrices are factored if their two largest sides have at least this. Default 128. */
  readonly minDimSizeToFactor?: number;
  /** Exponent of the decay 1 - (step + 1)^-decayRate. Default 0.8. */
  readonly decayRate?: number;
  /** Steps taken before the decay begins, for continued runs. Default 0. */
  readonly decayOffset?: number;
  /** Added to squared gradients. Default 1e-30. */
  readonly eps?: number;
};

/**
 * Steps taken; for factored leaves the averages over the largest side, and over the one next to it;
 * for others the average itself. What a leaf has not is one zero, so the three trees are alike.
 */
export type FactoredState = {
  readonly step: Tensor;
  readonly vRow: Tree;
  readonly vCol: Tree;
  readonly v: Tree;
};

/** What becomes of one leaf. */
type Leaf = {
  readonly direction: Tensor;
  readonly vRow: Tensor;
  readonly vCol: Tensor;
  readonly v: Tensor;
};

/**
 * g / √v, where v averages g² + eps. For large matrices v is the outer product of its averages over
 * rows and over columns, so that it takes memory for those alone: v ≈ vRow ⊗ vCol / mean(vRow).
 *
 * @see Shazeer & Stern 2018, arXiv:1804.04235, algorithm 4
 */
export function scaleByFactoredRms(options: FactoredOptions = {}): Transform<FactoredState> {
  const { decayRate = 0.8, decayOffset = 0 } = options;
  const none = (p: Tensor): Tensor => zeros([1], { dtype: accumulator(p).dtype });
  return {
    kind: "transform",
    init: (params) => ({
      step: firstStep(),
      vRow: treeMap((p) => withoutSide(p, largestSides(p, options)?.[0]) ?? none(p), params),
      vCol: treeMap((p) => withoutSide(p, largestSides(p, options)?.[1]) ?? none(p), params),
      v: treeMap((p) => largestSides(p, options) ? none(p) : accumulator(p), params),
    }),
    update: (grads, state) => {
      const t = add(convert(state.step, "f32"), 1 - decayOffset);
      const decay = sub(1, pow(t, -decayRate));
      const leaves = new Map<string, Leaf>();
      treeZip(
        ([g, vRow, vCol, v], path) => {
          const old = { vRow: vRow!, vCol: vCol!, v: v! };
          leaves.set(path, updateLeaf(widen(g!), old, decay, options));
          return g!;
        },
        grads,
        state.vRow,
        state.vCol,
        state.v,
      );
      const pick = <T extends Tree>(part: keyof Leaf, tree: T): T =>
        treeMap((_, path) => leaves.get(path)![part], tree);
      return [pick("direction", grads), {
        step: add(state.step, 1),
        vRow: pick("vRow", state.vRow),
        vCol: pick("vCol", state.vCol),
        v: pick("v", state.v),
      }];
    },
  };
}

function updateLeaf(
  g: Tensor,
  old: Omit<Leaf, "direction">,
  decay: Tensor,
  options: FactoredOptions,
): Leaf {
  const squared = add(square(g), options.eps ?? 1e-30);
  const sides = largestSides(g, options);
  if (!sides) {
    const v = movingAverage(old.v, squared, { decay });
    return { ...old, v, direction: mul(g, rsqrt(v)) };
  }
  const [largest, next] = sides;
  const vRow = movingAverage(old.vRow, mean(squared, { axes: [largest] }), { decay });
  const vCol = movingAverage(old.vCol, mean(squared, { axes: [next] }), { decay });
  const ofRows = mean(vRow, { axes: [next > largest ? next - 1 : next], keepDims: true });
  const rows = expandDims(rsqrt(div(vRow, ofRows)), largest);
  const columns = expandDims(rsqrt(vCol), next);
  return { ...old, vRow, vCol, direction: mul(mul(g, rows), columns) };
}

/** The axes of the largest side and of the one next to it, or null for a leaf that is not factored. */
function largestSides(
  { shape }: Tensor,
  { factored = true, minDimSizeToFactor = 128 }: FactoredOptions,
): readonly [largest: number, next: number] | null {
  if (!factored || shape.length < 2) return null;
  const bySize = shape.map((_, axis) => axis).sort((a, b) => shape[a]! - shape[b]!);
  const next = bySize.at(-2)!;
  return shape[next]! < minDimSizeToFactor ? null : [bySize.at(-1)!, next];
}

/** Zeros for the averages of `p` over an axis. */
function withoutSide(p: Tensor, axis: number | undefined): Tensor | null {
  if (axis === undefined) return null;
  return zeros(p.shape.filter((_, i) => i !== axis), { dtype: accumulator(p).dtype });
}
