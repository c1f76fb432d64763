import {
  bind,
  definePrimitive,
  fence,
  type Graph,
  isLinear,
  type Primitive,
  type Tensor,
  type Tree,
  type TreeDef,
  treeUnflatten,
} from "../core/mod.ts";
import { applyGraph, intern, trace } from "../core/internal.ts";
import { resultLeaves } from "./_flat.ts";
import { subGraph } from "./_sub_graph.ts";
import { batchGraphTo } from "./batch_graph.ts";
import { evaluateGraph } from "./interpret.ts";
import { jvpGraph } from "./jvp_graph.ts";
import { applyTranspose } from "./transpose_graph.ts";

type Tensors = readonly Tensor[];
/** What a checkpoint holds. */
export type CheckpointParams = { readonly graph: Graph };

/**
 * A function whose derivative computes it again instead of keeping what is inside.
 *
 * Its tangent is a checkpoint too, of the Graph with tangents; transposing that one recomputes what
 * is known behind a fence that waits for the cotangents, so it cannot start early nor be shared with
 * the forward pass.
 */
export const checkpointP: Primitive<readonly Tensor[], readonly Tensor[], CheckpointParams> =
  definePrimitive<
    Tensors,
    Tensors,
    CheckpointParams
  >({
    name: "checkpoint",
    infer: (_inputs, { graph }) => graph.outputs.map((v) => graph.avals[v]!),
    evaluate: (inputs, { graph }) => evaluateGraph(graph, inputs),
    jvp: (primals, tangents, { graph }) => {
      const { graph: whole, tangents: moved } = jvpGraph(graph, tangents.map((dx) => dx !== null));
      const inputs = whole.avals.slice(0, whole.inputs).map((_, i) => i);
      const pushed = intern(subGraph(whole, inputs, whole.outputs.slice(graph.outputs.length)));
      const moving = tangents.filter((dx) => dx !== null);
      const derivatives = moved.includes(true)
        ? bind(checkpointP, [...primals, ...moving], { graph: pushed })
        : [];
      let next = 0;
      return [
        bind(checkpointP, primals, { graph }),
        moved.map((has) => has ? derivatives[next++]! : null),
      ];
    },
    transpose: (cts, operands, { graph }) => {
      const known = operands.filter((x): x is Tensor => !isLinear(x));
      const held = fence(known, cts.filter((ct) => ct !== null));
      let next = 0;
      return applyTranspose(graph, operands.map((x) => isLinear(x) ? x : held[next++]!), cts);
    },
    batch: (inputs, batched, { graph }, size) =>
      bind(checkpointP, inputs, {
        graph: intern(batchGraphTo(graph, batched, size, graph.outputs.map(() => true))),
      }),
    expand: (inputs, { graph }) => applyGraph(graph, inputs),
  });

/**
 * `f` with a derivative that recomputes it: only its arguments and what it closes over are kept for
 * the backward pass, at the price of a second forward pass.
 *
 * Arguments may be anything; tensors that `f` closes over get their gradients as usual.
 *
 * @param f a function that returns a tree
 * @throws {TypeError} if `f` is async
 * @example A block that keeps nothing inside
 * ```ts
 * import { mul, tensor, type Tensor } from "../mod.ts";
 * import { checkpoint, grad } from "./mod.ts";
 * const block = checkpoint((x: Tensor) => mul(x, mul(x, x)));
 * if (grad(block)(tensor(2)).shape.length !== 0) throw new Error("unexpected shape");
 * ```
 */
export function checkpoint<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
): (...args: A) => B {
  return (...args) => {
    let outDef!: TreeDef;
    // Arguments are older than the trace, so it captures them like everything else from outside.
    const { graph, captured } = trace(() => {
      const [results, def] = resultLeaves(f(...args), "checkpoint");
      outDef = def!;
      return results;
    }, []);
    return treeUnflatten(outDef, bind(checkpointP, captured, { graph: intern(graph) })) as B;
  };
}
