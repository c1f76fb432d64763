import {
  type Aval,
  bind,
  definePrimitive,
  type Graph,
  isLinear,
  lessEqual,
  type Linear,
  type Primitive,
  reshape,
  type Tensor,
  where,
} from "../core/mod.ts";
import { applyGraph, intern, traceClosed, zerosOf } from "../core/internal.ts";
import { condJvp, type CondParams } from "./_cond_jvp.ts";
import { applyBatched, batchGraphTo } from "./batch_graph.ts";
import { evaluateGraph } from "./interpret.ts";
import { transposeGraph } from "./transpose_graph.ts";

type Tensors = readonly Tensor[];
type Cotangents = readonly (Tensor | null)[];

/** One of several Graphs of the same operands, chosen by the first operand, clamped to their number. */
export const condP: Primitive<readonly Tensor[], readonly Tensor[], CondParams> = definePrimitive<
  Tensors,
  Tensors,
  CondParams
>({
  name: "cond",
  infer: (_inputs, { branches }) => branches[0]!.outputs.map((v) => branches[0]!.avals[v]!),
  evaluate: ([index, ...operands], { branches }) => {
    const at = Math.min(Math.max(index!.data[0]!, 0), branches.length - 1);
    return evaluateGraph(branches[at]!, operands);
  },
  jvp: (primals, tangents, params) => condJvp(condP, primals, tangents, params),
  transpose: transposeCond,
  loop: (params) => ({ kind: "cond", ...params }),
  batch: ([index, ...operands], [chosen, ...batched], { branches }, size) => {
    if (chosen) return selectBranches(index!, operands, batched, branches, size);
    const force = branches[0]!.outputs.map(() => true);
    return bind(condP, [index!, ...operands], {
      branches: branches.map((branch) => intern(batchGraphTo(branch, batched, size, force))),
    });
  },
});

/** Every branch on the whole batch, and for each row the one it chose. */
function selectBranches(
  index: Tensor,
  operands: Tensors,
  batched: readonly boolean[],
  branches: readonly Graph[],
  size: number,
): Tensors {
  const [first, ...rest] = branches.map((branch) => applyBatched(branch, operands, batched, size))
    .reverse();
  return rest.reduce((chosen, ys, i) => {
    const upTo = lessEqual(index, rest.length - 1 - i);
    return ys.map((y, j) =>
      where(reshape(upTo, [size, ...y.shape.slice(1).fill(1)]), y, chosen[j]!)
    );
  }, first!);
}

/** The transposes of all branches, chosen likewise. */
function transposeCond(
  cts: Cotangents,
  [index, ...operands]: readonly (Tensor | Linear)[],
  { branches }: CondParams,
): Cotangents {
  const linear = operands.map(isLinear);
  const given = cts.map((ct) => ct !== null);
  const transposed = branches.map((branch) => transposeGraph(branch, linear, given));
  const avals = operands.filter(isLinear).map((x) => x.aval);
  const has = avals.map((_, i) => transposed.some(({ cotangents }) => cotangents[i]));
  const graphs = transposed.map(({ graph, cotangents }) =>
    intern(fillIn(graph, cotangents, has, avals))
  );
  const known = operands.filter((x): x is Tensor => !isLinear(x));
  const inputs = [index as Tensor, ...known, ...cts.filter((ct) => ct !== null)];
  const results = has.includes(true) ? bind(condP, inputs, { branches: graphs }) : [];
  let at = 0;
  let next = 0;
  return [null, ...linear.map((isLin) => isLin && has[at++] ? results[next++]! : null)];
}

/** The Graph with zeros for the outputs that it lacks and others have. */
export function fillIn(
  graph: Graph,
  own: readonly boolean[],
  all: readonly boolean[],
  avals: readonly Aval[],
): Graph {
  if (all.every((wanted, i) => !wanted || own[i])) return graph;
  return traceClosed((inputs) => {
    const results = applyGraph(graph, inputs);
    let next = 0;
    return avals.flatMap((aval, i) => {
      if (own[i]) return [results[next++]!];
      return all[i] ? [zerosOf(aval)] : [];
    });
  }, graph.avals.slice(0, graph.inputs));
}
