import type { Aval } from "../../core/mod.ts";
import { type AttentionParams, operandCount, stridesOf } from "../../core/internal.ts";
import { type AttentionName, hasQuadRows, type StridedView } from "../ir/attention.ts";
import { coefficientOf, linear, NotAffine } from "../ir/index.ts";
import { StoreDemand, valueAt } from "../lower/value.ts";
import { axisGroups, realAxes, withSplits } from "./axes.ts";
import type { Group, Scheduling } from "./groups.ts";
import { bufferOf, type Buffers, type Built, lowering } from "./lowering.ts";

/** Attention on operands as they lie. */
export function buildAttention(s: Scheduling, group: Group, buffers: Buffers): Built {
  const { nodes } = s.norm;
  const first = nodes[group.members[0]!]!;
  const loads = new Set<number>();
  const params = first.params as AttentionParams;
  const count = operandCount(params);
  const isRows = (k: number, i: number): boolean =>
    nodes[k]!.shape.length === 4 && (i < 3 || i >= count);
  const typeOf = (i: number): Aval => ({ shape: nodes[i]!.shape, dtype: nodes[i]!.dtype });
  return {
    ir: {
      kind: "attention",
      primitive: first.op as AttentionName,
      params,
      inputs: first.inputs.map((k, i) => viewOf(s, buffers, loads, k, isRows(k, i))),
      outputs: group.members.map((i): StridedView => {
        const { shape, dtype } = nodes[i]!;
        const strides = stridesOf(shape).map((stride, axis) => shape[axis] === 1 ? 0 : stride);
        return { buffer: bufferOf(buffers, i), dtype, offset: 0, strides };
      }),
      inputTypes: first.inputs.map(typeOf),
      outputTypes: group.members.map(typeOf),
    },
    loads,
  };
}

/**
 * An operand, which has contiguous rows if `isRows`.
 *
 * @throws {StoreDemand} naming it, unless it lies in strides over a buffer
 */
function viewOf(
  s: Scheduling,
  buffers: Buffers,
  loads: Set<number>,
  node: number,
  isRows: boolean,
): StridedView {
  const { shape, dtype } = s.norm.nodes[node]!;
  const axes = axisGroups(shape);
  try {
    return withSplits(axes, () => {
      const found = new Set<number>();
      const c = lowering(s, buffers, found);
      const at = axes.groups.map((group) => linear(c.table.indices, group));
      const { op, buffer, index } = valueAt(c, node, at);
      const isSplit = axes.groups.some((group) => realAxes(group).length > 1);
      if (op !== "load" || !index || isSplit) throw new NotAffine("it is no array in strides");
      if (index.terms.some(([atom]) => atom.kind !== "axis")) throw new NotAffine("it is gathered");
      const strides = axes.groups.map((group) => {
        const [axis] = realAxes(group);
        return axis ? coefficientOf(index, axis) : 0;
      });
      const view = { buffer: buffer!, dtype, offset: index.constant, strides };
      if (strides.at(-1)! > 1 || strides.at(-1)! < 0) throw new NotAffine("its rows are scattered");
      if (isRows && !hasQuadRows(view)) throw new NotAffine("its rows are no quads");
      for (const i of found) loads.add(i);
      return view;
    });
  } catch (error) {
    if (!(error instanceof NotAffine)) throw error;
    throw new StoreDemand(node, error.message);
  }
}
