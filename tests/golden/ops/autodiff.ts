import {
  checkpoint,
  grad,
  hessian,
  jacfwd,
  jacrev,
  jvp,
  linearize,
  linearTranspose,
  valueAndGrad,
  vjp,
  vmap,
} from "../../../autodiff/mod.ts";
import { isFloat, jit, mean, type Tensor, type Tree, treeLeaves } from "../../../mod.ts";
import type { Attrs, MakeOp, OpTable } from "./_table.ts";
import type { BatchAxes } from "../../../autodiff/mod.ts";
import { functionsOfNets } from "./autodiff_nets.ts";
import { functionsOfLoops } from "./autodiff_loops.ts";
import { functionsOfRows } from "./autodiff_collectives.ts";
import { functionsOfRules } from "./autodiff_rules.ts";
import { smoothFunctions } from "./autodiff_smooth.ts";

/** Functions by their name in the manifest. */
export type Functions = { readonly [fn: string]: (...args: never[]) => Tree };

type Program = (...args: Tree[]) => Tree;
type Loss = (...args: Tree[]) => Tensor;

/** A function, its arguments and what the transformation is told besides. */
type Call = {
  readonly f: Program;
  readonly args: Tree[];
  readonly argnums: number | readonly number[];
  readonly attrs: Attrs;
  /** Tangents or cotangents, in the tree that the case gives. */
  readonly directions: () => Tree;
};

/** Trees that may have empty places, which are left out of ours. */
type Results = Tree | readonly Results[];

const FUNCTIONS: Functions = {
  ...smoothFunctions,
  ...functionsOfNets,
  ...functionsOfRules,
  ...functionsOfLoops,
  ...functionsOfRows,
};

/** What every transformation of the manifest computes. */
const TRANSFORMATIONS: { readonly [op: string]: (call: Call) => Results } = {
  call: ({ f, args }) => f(...args),
  jit: ({ f, args }) => jit(f)(...args),
  grad: ({ f, args, argnums }) => gradOf(f, argnums)(...args),
  jit_grad: ({ f, args, argnums }) => jit(gradOf(f, argnums))(...args),
  checkpoint_grad: ({ f, args, argnums }) => gradOf(checkpoint(f), argnums)(...args),
  grad_grad: ({ f, args }) => gradOf(gradOf(f, 0), 0)(...args),
  grad_grad_grad: ({ f, args }) => gradOf(gradOf(gradOf(f, 0), 0), 0)(...args),
  value_and_grad: ({ f, args, argnums, attrs }) => {
    if (attrs.has_aux) {
      const g = f as unknown as (...args: Tree[]) => readonly [Tensor, Tree];
      const { value, aux, grad } = valueAndGrad(g, { argnums, hasAux: true })(...args);
      return [[value, aux], grad as Tree];
    }
    const { value, grad } = valueAndGrad(f as Loss, { argnums })(...args);
    return [value, grad as Tree];
  },
  hessian: ({ f, args, argnums }) => hessian(f, { argnums })(...args) as Tree,
  jacfwd: ({ f, args, argnums }) => jacfwd(f, { argnums })(...args) as Tree,
  jacrev: ({ f, args, argnums }) => jacrev(f, { argnums })(...args) as Tree,
  jvp_grad: (call) => [...jvp(gradient(call), [selected(call)], [call.directions()])],
  vjp_grad: (call) => vjp(gradient(call), [selected(call)])[1](call.directions())[0],
  grad_jvp: (call) => {
    const along = (x: Tree): Tensor => jvp(restricted(call), [x], [call.directions()])[1] as Tensor;
    return grad(along)(selected(call));
  },
  jvp_jvp: ({ f, args, directions }) => {
    const d = directions() as Tree[];
    return jvp((...xs: Tree[]) => jvp(f, xs, d)[1], args, d)[1];
  },
  jvp_jit: ({ f, args, directions }) => {
    const [value, tangent] = jvp(jit(f), args, directions() as Tree[]);
    return [value, floats(tangent)];
  },
  linearize: ({ f, args, directions }) => {
    const [value, push] = linearize(f, args);
    return [value, push(...directions() as Tree[])];
  },
  linear_transpose: ({ f, args, directions }) => linearTranspose(f, args)(directions()),
  vmap: ({ f, args, attrs }) => {
    const outAxes = attrs.out_axes as number;
    return vmap(f, { inAxes: axes(attrs.in_axes), outAxes, ...nameOf(attrs) })(...args);
  },
  vmap_vmap: ({ f, args, attrs }) => {
    const inner = vmap(f, { inAxes: axes(attrs.inner_in_axes) });
    return vmap(inner, { inAxes: axes(attrs.in_axes) })(...args);
  },
  vmap_grad: ({ f, args, argnums, attrs }) => {
    return vmap(gradOf(f, argnums), { inAxes: axes(attrs.in_axes) })(...args);
  },
  vmap_jit_grad: ({ f, args, argnums, attrs }) => {
    return vmap(jit(gradOf(f, argnums)), { inAxes: axes(attrs.in_axes) })(...args);
  },
  grad_vmap: ({ f, args, argnums, attrs }) => {
    const mapped = vmap(f, { inAxes: axes(attrs.in_axes), ...nameOf(attrs) });
    return gradOf((...xs) => mean(mapped(...xs) as Tensor), argnums)(...args);
  },
  vmap_jvp: ({ f, args, directions }) => {
    const along = (d: Tree): Tree => floats(jvp(f, args, d as Tree[])[1]);
    return vmap(along, {})(directions());
  },
};

/** Every transformation of the manifest, as a function of the flat inputs of a case. */
export const autodiff: OpTable = Object.fromEntries(
  Object.entries(TRANSFORMATIONS).map(([op, transform]) => [op, caseOf(transform)]),
);

function caseOf(transform: (call: Call) => Results): MakeOp {
  return (attrs) => {
    const f = FUNCTIONS[String(attrs.fn)];
    if (!f) return null;
    const argnums = attrs.argnums as readonly number[] | undefined ?? [0];
    return (xs) => {
      const results = transform({
        f: f as unknown as Program,
        args: treeOf(attrs.in_tree, xs) as Tree[],
        argnums: argnums.length === 1 ? argnums[0]! : argnums,
        attrs,
        directions: () => treeOf(attrs.directions_tree, xs)!,
      });
      return treeLeaves(results as Tree);
    };
  };
}

/** The tree whose leaves are positions in `xs`; a place that is null is left out. */
function treeOf(spec: unknown, xs: readonly Tensor[]): Tree | undefined {
  if (spec === null) return undefined;
  if (typeof spec === "number") return xs[spec]!;
  if (Array.isArray(spec)) return spec.map((item) => treeOf(item, xs)!);
  const entries = Object.entries(spec as { readonly [key: string]: unknown });
  return Object.fromEntries(entries.map(([key, item]) => [key, treeOf(item, xs)]));
}

/** The name of the mapped axis, where it has one. */
function nameOf(attrs: Attrs): { readonly axisName?: string } {
  return attrs.axis_name === undefined ? {} : { axisName: String(attrs.axis_name) };
}

function axes(value: unknown): readonly BatchAxes[] {
  return value as readonly BatchAxes[];
}

function gradOf(f: Program, argnums: number | readonly number[]): Program {
  return (...args) => grad(scalarOf(f), { argnums })(...args) as Tree;
}

/** The loss of a function that returns others beside it. */
function scalarOf(f: Program): Loss {
  return (...args) => {
    const result = f(...args);
    return (Array.isArray(result) ? result[0] : result) as Tensor;
  };
}

/** The arguments that a case differentiates, as one tree. */
function selected({ args, argnums }: Call): Tree {
  return typeof argnums === "number" ? args[argnums]! : argnums.map((i) => args[i]!);
}

/** The function of these arguments alone. */
function restricted({ f, args, argnums }: Call): (chosen: Tree) => Tree {
  return (chosen) => {
    const all = args.slice();
    if (typeof argnums === "number") all[argnums] = chosen;
    else argnums.forEach((i, k) => all[i] = (chosen as Tree[])[k]!);
    return f(...all);
  };
}

function gradient(call: Call): (chosen: Tree) => Tree {
  return grad(restricted(call) as (chosen: Tree) => Tensor);
}

/** The float leaves: derivatives of integers carry no data. */
function floats(tree: Tree): Tree {
  return treeLeaves(tree).filter((leaf) => isFloat(leaf.dtype));
}
