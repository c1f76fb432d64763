import {
  applyGraph,
  bind,
  broadcastFront,
  convert,
  definePrimitive,
  type Graph,
  greater,
  intern,
  type Primitive,
  reshape,
  sumAxes,
  type Tensor,
  traceClosed,
  UnsupportedError,
  where,
  zerosOf,
} from "../core/mod.ts";
import { batchGraph, batchGraphTo } from "./batch_graph.ts";
import { interpret } from "./interpret.ts";
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

/**
 * A loop whose number of steps depends on its values. Forward derivatives run it a second time with
 * the tangents beside the carry; it has no backward one, because the number of residuals is unknown.
 */
export const whileP: Primitive<readonly Tensor[], readonly Tensor[], WhileParams> = definePrimitive<
  Tensors,
  Tensors,
  WhileParams
>({
  name: "while",
  infer: (_inputs, { body }) => body.outputs.map((v) => body.avals[v]!),
  evaluate: (inputs, { test, body, testConsts, bodyConsts }) => {
    const own = inputs.slice(0, testConsts);
    const consts = inputs.slice(testConsts, testConsts + bodyConsts);
    let carry = inputs.slice(testConsts + bodyConsts);
    while (interpret(test, [...own, ...carry])[0]!.data[0]) {
      carry = interpret(body, [...consts, ...carry]);
    }
    return carry.map((x) => x.data);
  },
  jvp: jvpWhile,
  transpose: () => {
    throw new UnsupportedError(
      "Cannot take the gradient of whileLoop: the number of its steps is not known beforehand; " +
        "use scan or foriLoop with a fixed number, or customVjp",
    );
  },
  batch: batchWhile,
});

function jvpWhile(
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
  const ys = bind(whileP, primals, params);
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
  const results = bind(whileP, [
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

/** Runs until every row is done; rows that are done keep their values. */
function batchWhile(
  inputs: Tensors,
  batched: readonly boolean[],
  params: WhileParams,
  size: number,
): Tensors {
  const { test, body, testConsts, bodyConsts } = params;
  const first = testConsts + bodyConsts;
  const testMask = batched.slice(0, testConsts);
  const bodyMask = batched.slice(testConsts, first);
  let carry = batched.slice(first);
  let byRow = false;
  for (;;) {
    const { batched: outputs } = batchGraph(body, [...bodyMask, ...carry], size);
    byRow = batchGraph(test, [...testMask, ...carry], size).batched[0]!;
    const next = carry.map((b, i) => b || byRow || outputs[i]!);
    if (next.every((b, i) => b === carry[i])) break;
    carry = next;
  }
  const step = batchGraphTo(body, [...bodyMask, ...carry], size, carry);
  const going = batchGraph(test, [...testMask, ...carry], size).graph;
  const operands = inputs.map((x, i) =>
    i >= first && carry[i - first] && !batched[i] ? broadcastFront(x, size) : x
  );
  const results = byRow
    ? bind(whileP, byRows(operands), frozenLoop(operands, step, going, params))
    : bind(whileP, operands, { ...params, test: intern(going), body: intern(step) });
  return results.map((y, i) => carry[i] ? y : broadcastFront(y, size));

  function byRows(all: Tensors): Tensors {
    // The step asks the test again which rows go on, so it needs its constants too.
    return [...all.slice(0, testConsts), ...all.slice(0, first), ...all.slice(first)];
  }
}

function frozenLoop(
  operands: Tensors,
  step: Graph,
  going: Graph,
  { testConsts, bodyConsts }: WhileParams,
): WhileParams {
  const first = testConsts + bodyConsts;
  const avals = operands.map((x) => x.aval);
  const carry = avals.slice(first);
  const test = traceClosed((all) => {
    const [rows] = applyGraph(going, all);
    return [greater(sumAxes(convert(rows!, "i32"), [0]), 0)];
  }, [...avals.slice(0, testConsts), ...carry]);
  const body = traceClosed((all) => {
    const before = all.slice(first);
    const [rows] = applyGraph(going, [...all.slice(0, testConsts), ...before]);
    const after = applyGraph(step, all.slice(testConsts));
    return after.map((y, i) =>
      where(reshape(rows!, [y.shape[0]!, ...y.shape.slice(1).fill(1)]), y, before[i]!)
    );
  }, avals);
  return { test: intern(test), body: intern(body), testConsts, bodyConsts: first };
}
