import { bind, type Graph, type Primitive, type Tensor } from "../core/mod.ts";
import { applyGraph, intern, traceClosed, zerosOf } from "../core/internal.ts";
import { applyJvp, jvpGraph } from "./jvp_graph.ts";

type Tensors = readonly Tensor[];

/** Constants of the test, constants of the step, carry: while test(carry), carry = step(carry). */
export type WhileParams = {
  readonly test: Graph;
  readonly body: Graph;
  /** Number of constants of the test, which come first. */
  readonly testConsts: number;
  /** Number of constants of the step. */
  readonly bodyConsts: number;
};

/** The primal loop, and a second one that carries the tangents beside the carry. */
export function whileJvp(
  loop: Primitive<Tensors, Tensors, WhileParams>,
  primals: Tensors,
  tangents: readonly (Tensor | null)[],
  params: WhileParams,
): readonly [Tensors, readonly (Tensor | null)[]] {
  const { test, body, testConsts, bodyConsts } = params;
  const first = testConsts + bodyConsts;
  const constMoves = tangents.slice(testConsts, first).map((dx) => dx !== null);
  let moves = tangents.slice(first).map((dx) => dx !== null);
  for (;;) {
    const { tangents: outputs } = jvpGraph(body, [...constMoves, ...moves]);
    const next = moves.map((moved, i) => moved || outputs[i]!);
    if (next.every((moved, i) => moved === moves[i])) break;
    moves = next;
  }
  const ys = bind(loop, primals, params);
  const constTangents = tangents.slice(testConsts, first).filter((dx) => dx !== null);
  const carry = primals.slice(first);
  const moving = carry.flatMap((x, i) => moves[i] ? [tangents[first + i] ?? zerosOf(x.aval)] : []);
  const avals = (tensors: Tensors): Tensor["aval"][] => tensors.map((x) => x.aval);
  const consts = primals.slice(testConsts, first);
  const pushed = intern(traceClosed((all) => {
    let at = 0;
    const take = (count: number): Tensors => all.slice(at, at += count);
    const [ks, dks, cs] = [consts, constTangents, carry].map((group) => take(group.length));
    const spread = (mask: readonly boolean[], dense: Tensors): (Tensor | null)[] => {
      let next = 0;
      return mask.map((has) => has ? dense[next++]! : null);
    };
    const dxs = [...spread(constMoves, dks!), ...spread(moves, all.slice(at))];
    const [next, derivatives] = applyJvp(body, [...ks!, ...cs!], dxs);
    const filled = derivatives.flatMap((dy, i) => moves[i] ? [dy ?? zerosOf(carry[i]!.aval)] : []);
    return [...next, ...filled];
  }, avals([...consts, ...constTangents, ...carry, ...moving])));
  const stops = intern(traceClosed(
    (all) => applyGraph(test, all.slice(0, testConsts + carry.length)),
    avals([...primals.slice(0, testConsts), ...carry, ...moving]),
  ));
  const results = bind(loop, [
    ...primals.slice(0, testConsts),
    ...consts,
    ...constTangents,
    ...carry,
    ...moving,
  ], {
    test: stops,
    body: pushed,
    testConsts,
    bodyConsts: consts.length + constTangents.length,
  });
  let next = carry.length;
  return [ys, moves.map((moved) => moved ? results[next++]! : null)];
}
