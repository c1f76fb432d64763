import {
  bind,
  definePrimitive,
  type Graph,
  isFloat,
  type Primitive,
  ShapeError,
  type Tensor,
  type Tree,
  type TreeDef,
  TreeError,
  treeUnflatten,
} from "../core/mod.ts";
import {
  applyGraph,
  formatAval,
  intern,
  refusePromise,
  sameShape,
  trace,
  traceClosed,
  treeMatch,
  zerosOf,
} from "../core/internal.ts";
import { splitArguments } from "./_arguments.ts";
import { resultLeaves } from "./_flat.ts";
import { batchAll, frontAll, refuseCaptured } from "./custom_vjp_primitive.ts";
import { evaluateGraph } from "./interpret.ts";

type Tensors = readonly Tensor[];

/** The Graphs of a function with a forward rule. */
export type CustomJvpParams = {
  readonly args: number;
  /** Inputs to outputs. */
  readonly plain: Graph;
  /** Inputs, then tangents of the arguments, to outputs, then tangents of the float outputs. */
  readonly rule: Graph;
};

/** A function with a forward rule; transposing the rule gives the backward one. */
export const customJvpP: Primitive<readonly Tensor[], readonly Tensor[], CustomJvpParams> =
  definePrimitive<
    Tensors,
    Tensors,
    CustomJvpParams
  >({
    name: "custom_jvp",
    infer: (_inputs, { plain }) => plain.outputs.map((v) => plain.avals[v]!),
    evaluate: (inputs, { plain }) => evaluateGraph(plain, inputs),
    jvp: (primals, tangents, { args, plain, rule }) => {
      refuseCaptured(tangents.slice(args), "customJvp");
      const moving = tangents.slice(0, args).map((dx, i) => dx ?? zerosOf(primals[i]!.aval));
      const results = applyGraph(rule, [...primals, ...moving]);
      const outputs = plain.outputs.length;
      return [results.slice(0, outputs), results.slice(outputs).map(onlyFloat)];
    },
    batch: (inputs, batched, { args, plain, rule }, size) =>
      bind(customJvpP, frontAll(inputs, batched, size), {
        args,
        plain: batchAll(plain, size),
        rule: batchAll(rule, size),
      }),
    expand: (inputs, { plain }) => applyGraph(plain, inputs),
  });

function onlyFloat(dy: Tensor): Tensor | null {
  return isFloat(dy.dtype) ? dy : null;
}

/**
 * `f` with a forward rule of its own: (primals, tangents) to [result, tangent of the result], which
 * must be linear in the tangents. Reverse mode transposes it; higher derivatives differentiate it.
 *
 * Arguments that are no trees of tensors are settings; their tangents are null.
 *
 * @param f a function of trees that returns a tree
 * @param rule gets the arguments as one list and their tangents as another
 * @throws {TreeError} if the rule returns another structure than `f`
 * @throws {ShapeError} if a leaf of it has another type
 * @throws {TypeError} if a tensor that `f` or the rule closes over is differentiated
 * @example The sine with its derivative doubled
 * ```ts
 * import { cos, mul, sin, tensor, type Tensor } from "../mod.ts";
 * import { customJvp, grad } from "./mod.ts";
 * const f = customJvp((x: Tensor) => sin(x), ([x], [dx]) => [sin(x), mul(2, mul(cos(x), dx))]);
 * if (grad(f)(tensor(0)).shape.length !== 0) throw new Error("unexpected shape");
 * ```
 */
export function customJvp<A extends readonly unknown[], B extends Tree>(
  f: (...args: A) => B,
  rule: (primals: NoInfer<A>, tangents: NoInfer<A>) => readonly [NoInfer<B>, NoInfer<B>],
): (...args: A) => B {
  return (...args) => {
    const split = splitArguments(args, treeUnflatten);
    const avals = split.leaves.map((x) => x.aval);
    const n = avals.length;
    let outDef!: TreeDef;
    const plain = trace((leaves) => {
      const [results, def] = resultLeaves(
        f(...split.fill(leaves) as unknown as A),
        "differentiate",
      );
      outDef = def!;
      return results;
    }, avals);
    const outputs = plain.graph.outputs.map((v) => plain.graph.avals[v]!);
    const ruled = trace((inputs) => {
      const primals = split.fill(inputs.slice(0, n)) as unknown as A;
      const tangents = split.fill(inputs.slice(n)).map((dx, i) => split.defs[i] ? dx : null);
      const pair = rule(primals, tangents as unknown as A);
      refusePromise(pair, "differentiate");
      return pair.flatMap((tree) => checked(tree, outDef, outputs));
    }, [...avals, ...avals]);
    const [p, all] = [plain.captured.length, [...plain.captured, ...ruled.captured]];
    const inputs = [...split.leaves, ...all];
    const types = inputs.map((x) => x.aval);
    const results = bind(customJvpP, inputs, {
      args: n,
      plain: intern(traceClosed((xs) => applyGraph(plain.graph, xs.slice(0, n + p)), types)),
      rule: intern(traceClosed((xs) => {
        const tangents = xs.slice(types.length);
        const captured = xs.slice(n + p, types.length);
        return applyGraph(ruled.graph, [...xs.slice(0, n), ...tangents, ...captured]);
      }, [...types, ...avals])),
    });
    return treeUnflatten(outDef, results) as B;
  };
}

function checked(tree: Tree, def: TreeDef, outputs: readonly Tensor["aval"][]): Tensor[] {
  const leaves: Tensor[] = [];
  if (!treeMatch(tree, def, leaves)) {
    throw new TreeError(
      "Cannot differentiate: the rule must return [result, tangent], both like the result of f",
      "",
    );
  }
  leaves.forEach((leaf, i) => {
    const aval = outputs[i]!;
    if (leaf.dtype === aval.dtype && sameShape(leaf.shape, aval.shape)) return;
    throw new ShapeError(
      `Cannot differentiate: the rule returns ${formatAval(leaf.aval)} where ` +
        `${formatAval(aval)} belongs`,
      "custom_jvp",
      [leaf.shape, aval.shape],
    );
  });
  return leaves;
}
