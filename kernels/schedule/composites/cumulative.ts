import {
  add,
  bind,
  broadcastInDim,
  concatenate,
  expandDims,
  logAddExp,
  maximum,
  minimum,
  mul,
  reshape,
  type Tensor,
} from "../../../core/mod.ts";
import {
  constant,
  cumulativeP,
  type CumulativeParams,
  sizeOf,
  sliceAxis,
} from "../../../core/internal.ts";
import { identityOf } from "../../ir/identity.ts";
import type { Composite } from "./composite.ts";

/** Lanes from which a running operation keeps a machine busy. */
const LANES = 64;
/** Longest axis that a few lanes walk down whole. */
const LONG = 128;

/**
 * A running operation along a long axis of few lanes in blocks: within each, then over their totals.
 * The blocks are lanes, and rounding errors grow with their length only.
 */
export const cumulativeComposite: Composite = {
  when: ({ inputs, params: { axis } }) => {
    const { shape } = inputs[0]!;
    const side = shape[axis]!;
    return side > LONG && sizeOf(shape) < LANES * side;
  },
  make: ([x], applied) => {
    const { axis, kind, reverse } = applied.params as unknown as CumulativeParams;
    const side = x!.shape[axis]!;
    const length = blockLength(side);
    const blocks = Math.ceil(side / length);
    const identity = identityOf(kind === "logsumexp" ? "max" : kind, x!.dtype);
    const fill = (shape: readonly number[]): Tensor =>
      broadcastInDim(constant(identity, x!.dtype), { shape, dims: [] });
    const sized = (t: Tensor, size: number): number[] => t.shape.with(axis, size);
    const missing = blocks * length - side;
    const padded = missing === 0 ? x! : concatenate([x!, fill(sized(x!, missing))], { axis });
    const shape = [...x!.shape.slice(0, axis), blocks, length, ...x!.shape.slice(axis + 1)];
    const inside = running(reshape(padded, shape), { kind, axis: axis + 1, reverse });
    const [start, stop] = reverse ? [0, 1] : [length - 1, length];
    const totals = reshape(
      sliceAxis(inside, { axis: axis + 1, start, stop }),
      sized(x!, blocks),
    );
    const whole = running(totals, { kind, axis, reverse });
    const none = fill(sized(x!, 1));
    const before = reverse
      ? concatenate([sliceAxis(whole, { axis, start: 1, stop: blocks }), none], { axis })
      : concatenate([none, sliceAxis(whole, { axis, start: 0, stop: blocks - 1 })], { axis });
    const joined = COMBINE[kind](expandDims(before, axis + 1), inside);
    const flat = reshape(joined, padded.shape);
    return [missing === 0 ? flat : sliceAxis(flat, { axis, start: 0, stop: side })];
  },
};

function running(x: Tensor, params: CumulativeParams): Tensor {
  return bind(cumulativeP, [x], params)[0];
}

const COMBINE: Readonly<Record<CumulativeParams["kind"], (x: Tensor, y: Tensor) => Tensor>> = {
  sum: add,
  prod: mul,
  max: maximum,
  min: minimum,
  logsumexp: logAddExp,
};

/** About the root of the side: a divisor of it if there is one near. */
function blockLength(side: number): number {
  const root = Math.ceil(Math.sqrt(side));
  for (let length = root; length <= 4 * root; length++) if (side % length === 0) return length;
  return root;
}
