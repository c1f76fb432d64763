import {
  add,
  type Aval,
  bind,
  type Graph,
  isLinear,
  type Linear,
  type Primitive,
  type Tensor,
} from "../core/mod.ts";
import { applyGraph, intern, memo, traceClosed, zerosOf } from "../core/internal.ts";
import { maskText } from "./_expansion.ts";
import type { ScanParams } from "./_scan_params.ts";
import { transposeGraph } from "./transpose_graph.ts";

type Tensors = readonly Tensor[];
type Cotangents = readonly (Tensor | null)[];
type Scan = Primitive<Tensors, Tensors, ScanParams>;

/**
 * The loop backwards: the cotangents of the carry are carried, those of the constants are summed on
 * the way, those of scanned inputs are stacked.
 */
export function scanTranspose(
  scan: Scan,
  cts: Cotangents,
  operands: readonly (Tensor | Linear)[],
  params: ScanParams,
): Cotangents {
  const { body, consts, carry, length, reverse } = params;
  const isCarry = (i: number): boolean => i >= consts && i < consts + carry;
  // A carry of a linear loop is linear even where its first value is a known zero.
  const linear = operands.map((x, i) => isCarry(i) || isLinear(x));
  const given = cts.map((ct, i) => i < carry || ct !== null);
  const name = `scan transpose ${maskText(linear)} ${maskText(given)} ${consts} ${carry}`;
  const backward = memo(body, name, (body) => backwardBody(body, linear, given, consts, carry));
  const known = (from: number, to?: number): Tensor[] =>
    operands.slice(from, to).filter((_, i) => !linear[from + i]) as Tensor[];
  const summed = operands.slice(0, consts).filter(isLinear);
  const knownConsts = known(0, consts);
  const results = bind(scan, [
    ...knownConsts,
    ...cts.slice(0, carry).map((ct, i) => ct ?? zerosOf(body.avals[consts + i]!)),
    ...summed.map((x) => zerosOf(x.aval)),
    ...known(consts + carry),
    ...cts.slice(carry).filter((ct) => ct !== null),
  ], {
    body: backward,
    consts: knownConsts.length,
    carry: carry + summed.length,
    length,
    reverse: !reverse,
  });
  let nextConst = carry;
  let nextSlice = carry + summed.length;
  return operands.map((x, i) => {
    if (!isLinear(x)) return null;
    if (isCarry(i)) return results[i - consts]!;
    return i < consts ? results[nextConst++]! : results[nextSlice++]!;
  });
}

/**
 * Known constants; cotangents of the carry, sums of those of the constants; known slices, cotangents
 * of the slices: to the same carry and the cotangents of linear slices.
 */
function backwardBody(
  body: Graph,
  linear: readonly boolean[],
  given: readonly boolean[],
  consts: number,
  carry: number,
): Graph {
  const transposed = transposeGraph(body, linear, given);
  const inputs = body.avals.slice(0, body.inputs);
  const pick = (from: number, to: number, isLin: boolean): Aval[] =>
    inputs.slice(from, to).filter((_, i) => linear[from + i] === isLin);
  const knownConsts = pick(0, consts, false);
  const summed = pick(0, consts, true);
  const carried = inputs.slice(consts, consts + carry);
  const knownSlices = pick(consts + carry, body.inputs, false);
  const sliceCts = body.outputs.map((v) => body.avals[v]!).filter((_, i) => i >= carry && given[i]);
  return intern(traceClosed((all) => {
    let at = 0;
    const take = (avals: readonly Aval[]): Tensors => all.slice(at, at += avals.length);
    const groups = [knownConsts, carried, summed, knownSlices, sliceCts].map(take);
    const [ks, cs, sums, xs, ys] = groups as [Tensors, Tensors, Tensors, Tensors, Tensors];
    const results = applyGraph(transposed.graph, [...ks, ...xs, ...cs, ...ys]);
    const avals = inputs.filter((_, i) => linear[i]);
    let next = 0;
    const cts = transposed.cotangents.map((has) => has ? results[next++]! : null);
    const filled = (i: number): Tensor => cts[i] ?? zerosOf(avals[i]!);
    const nextCarry = carried.map((_, i) => filled(summed.length + i));
    const nextSums = sums.map((sum, i) => cts[i] ? add(sum, cts[i]) : sum);
    const slices = cts.slice(summed.length + carry).map((_, i) =>
      filled(summed.length + carry + i)
    );
    return [...nextCarry, ...nextSums, ...slices];
  }, [knownConsts, carried, summed, knownSlices, sliceCts].flat()));
}
