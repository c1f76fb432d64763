import { type Aval, bind, type Graph, type Primitive, type Tensor } from "../core/mod.ts";
import { applyGraph, intern, sameShape, traceClosed, zerosOf } from "../core/internal.ts";
import { type Linearized, linearizeGraph } from "./partition.ts";

type Tensors = readonly Tensor[];
type Tangents = readonly (Tensor | null)[];

/** Graphs of the same inputs and outputs. */
export type CondParams = { readonly branches: readonly Graph[] };

/**
 * Primal and tangent are two conditionals: the first also returns the residuals of the branch that
 * ran, in slots that the branches share by type, zero where a branch has none.
 */
export function condJvp(
  cond: Primitive<Tensors, Tensors, CondParams>,
  [index, ...operands]: Tensors,
  [, ...tangents]: Tangents,
  { branches }: CondParams,
): readonly [Tensors, Tangents] {
  const moves = tangents.map((dx) => dx !== null);
  const linearized = branches.map((branch) => linearizeGraph(branch, moves));
  const outputs = branches[0]!.outputs.map((v) => branches[0]!.avals[v]!);
  const has = outputs.map((_, i) => linearized.some((branch) => branch.tangents[i]));
  const { slots, places } = shareSlots(linearized);
  const results = bind(cond, [index!, ...operands], {
    branches: linearized.map((branch, b) =>
      intern(withSlots(branch.known, outputs.length, slots, places[b]!))
    ),
  });
  const ys = results.slice(0, outputs.length);
  if (!has.includes(true)) return [ys, ys.map(() => null)];
  const moving = tangents.filter((dx) => dx !== null);
  const inputs = [...results.slice(outputs.length), ...moving];
  const moved = bind(cond, [index!, ...inputs], {
    branches: linearized.map((branch, b) =>
      intern(fromSlots(branch, inputs.map((x) => x.aval), slots.length, places[b]!, has, outputs))
    ),
  });
  let next = 0;
  return [ys, has.map((some) => some ? moved[next++]! : null)];
}

/** Types of the slots, and for every branch the slot of each of its residuals. */
function shareSlots(linearized: readonly Linearized[]): {
  readonly slots: readonly Aval[];
  readonly places: readonly (readonly number[])[];
} {
  const slots: Aval[] = [];
  const places = linearized.map(({ linear, residuals }) => {
    const taken = new Set<number>();
    return linear.avals.slice(0, residuals).map((aval) => {
      let slot = slots.findIndex((other, i) =>
        !taken.has(i) && other.dtype === aval.dtype && sameShape(other.shape, aval.shape)
      );
      if (slot < 0) slot = slots.push(aval) - 1;
      taken.add(slot);
      return slot;
    });
  });
  return { slots, places };
}

function withSlots(
  known: Graph,
  outputs: number,
  slots: readonly Aval[],
  places: readonly number[],
): Graph {
  return traceClosed((inputs) => {
    const results = applyGraph(known, inputs);
    const filled = slots.map((aval, slot) => {
      const i = places.indexOf(slot);
      return i >= 0 ? results[outputs + i]! : zerosOf(aval);
    });
    return [...results.slice(0, outputs), ...filled];
  }, known.avals.slice(0, known.inputs));
}

function fromSlots(
  { linear, tangents }: Linearized,
  avals: readonly Aval[],
  slots: number,
  places: readonly number[],
  has: readonly boolean[],
  outputs: readonly Aval[],
): Graph {
  return traceClosed((inputs) => {
    const residuals = places.map((slot) => inputs[slot]!);
    const moved = applyGraph(linear, [...residuals, ...inputs.slice(slots)]);
    let next = 0;
    return outputs.flatMap((aval, i) => {
      if (tangents[i]) return [moved[next++]!];
      return has[i] ? [zerosOf(aval)] : [];
    });
  }, avals);
}
