import {
  bind,
  convert,
  definePrimitive,
  type Graph,
  greater,
  type Primitive,
  reshape,
  type Tensor,
  UnsupportedError,
  where,
} from "../core/mod.ts";
import { applyGraph, broadcastFront, intern, sumAxes, traceClosed } from "../core/internal.ts";
import { batchGraph, batchGraphTo } from "./batch_graph.ts";
import { interpret } from "./interpret.ts";
import { whileJvp, type WhileParams } from "./_while_jvp.ts";

type Tensors = readonly Tensor[];

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
  jvp: (primals, tangents, params) => whileJvp(whileP, primals, tangents, params),
  transpose: () => {
    throw new UnsupportedError(
      "Cannot take the gradient of whileLoop: the number of its steps is not known beforehand; " +
        "use scan or forLoop with a fixed number, or customVjp",
    );
  },
  batch: batchWhile,
  loop: (params) => ({ kind: "while", ...params }),
});

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
    ? bind(
      whileP,
      // The step asks the test again which rows go on, so it needs its constants too.
      [...operands.slice(0, testConsts), ...operands],
      frozenLoop(operands, step, going, params),
    )
    : bind(whileP, operands, { ...params, test: intern(going), body: intern(step) });
  return results.map((y, i) => carry[i] ? y : broadcastFront(y, size));
}

/** The loop with every row that is done frozen by a selection. */
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
