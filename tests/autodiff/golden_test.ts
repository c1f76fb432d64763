import "./_reference.ts";
import { assert, assertEquals } from "@std/assert";
import {
  evaluate,
  isFloat,
  jit,
  mean,
  type Tensor,
  type Tree,
  treeLeaves,
} from "../../core/mod.ts";
import { zerosOf } from "../../core/internal.ts";
import * as ad from "../../autodiff/mod.ts";
import { type GoldenCase, type Places, readGoldens, type Tolerance } from "./_golden_file.ts";
import { goldenFunctions } from "./_golden_functions.ts";

type Fn = (...args: Tree[]) => Tree;
type Scalar = (...args: Tree[]) => Tensor;

const { cases, load } = readGoldens(new URL("../goldens/ops/", import.meta.url));

/** Functions over a named axis have no counterpart: collectives act between programs. */
const supported = cases.filter((c) => c.attrs.axis_name === undefined);

for (const name of new Set(supported.map((c) => c.attrs.fn))) {
  Deno.test(`goldens: ${name} under every transformation`, async () => {
    for (const c of supported.filter((c) => c.attrs.fn === name)) {
      const f = goldenFunctions[name] as unknown as Fn;
      assert(f, `no function ${name}`);
      await checkCase(c, f);
    }
  });
}

async function checkCase(c: GoldenCase, f: Fn): Promise<void> {
  const inputs = c.inputs.map(load);
  const args = c.attrs.in_tree.map((places) => fill(places, inputs));
  const directions = c.attrs.directions_tree === undefined
    ? null
    : fill(c.attrs.directions_tree, inputs);
  const result = transform(c, f, args, directions);
  const pairs = paired(c.attrs.out_tree, result);
  await compare(
    c.id,
    pairs.map(([leaf]) => leaf),
    pairs.map(([, i]) => c.outputs[i]!),
    pairs.map(([, i]) => c.tolerances?.[i] ?? c.tolerance),
  );
  if (c.jvp) {
    const order = c.attrs.in_tree.flatMap(leafPlaces);
    const moving = inputs.map((x, i) => {
      const key = c.jvp!.tangents![i];
      return key ? load(key) : zerosOf(x.aval);
    });
    assertEquals(order.length, inputs.length);
    const tangents = c.attrs.in_tree.map((places) => fill(places, moving));
    const [, derivative] = ad.jvp(f, args, tangents);
    await compare(
      `${c.id} jvp`,
      treeLeaves(derivative),
      c.jvp.outputs,
      c.jvp.outputs.map((_, i) => c.jvp!.tolerances?.[i] ?? c.jvp!.tolerance),
    );
  }
  if (c.vjp) {
    const [value, pull] = ad.vjp(f, args);
    const results = treeLeaves(value);
    const cts = results.map((y, i) => {
      const key = c.vjp!.cotangents![i];
      return key ? load(key) : zerosOf(y.aval);
    });
    const pulled = pull(fill(c.attrs.out_tree, cts)) as readonly Tree[];
    await compare(
      `${c.id} vjp`,
      pulled.flatMap(treeLeaves),
      c.vjp.outputs,
      c.vjp.outputs.map((_, i) => c.vjp!.tolerances?.[i] ?? c.vjp!.tolerance),
    );
  }
}

/** What the case asks for, of `f` at `args`. */
function transform(c: GoldenCase, f: Fn, args: Tree[], directions: Tree | null): Tree {
  const { argnums = [0], has_aux } = c.attrs;
  const positions = { argnums: argnums.length === 1 ? argnums[0]! : argnums };
  const scalar: Scalar = (...args) => {
    const result = f(...args);
    return (Array.isArray(result) ? result[0] : result) as Tensor;
  };
  const grad = (f: Scalar): Fn => ad.grad(f, positions) as Fn;
  const only = (...own: Tree[]): Tree[] =>
    args.map((arg, i) => argnums.includes(i) ? own[argnums.indexOf(i)]! : arg);
  const own = argnums.map((i) => args[i]!);
  const along = (argnums.length === 1 ? [directions] : directions) as Tree[];
  const gradAt: Fn = (...own) => grad(scalar)(...only(...own));
  const axes = {
    inAxes: c.attrs.in_axes as readonly ad.BatchAxes[],
    outAxes: (c.attrs.out_axes ?? 0) as ad.BatchAxes,
  };
  switch (c.op) {
    case "call":
      return f(...args);
    case "jit":
      return jit(f)(...args);
    case "grad":
      return grad(scalar)(...args);
    case "checkpoint_grad":
      return grad(ad.checkpoint(scalar))(...args);
    case "jit_grad":
      return jit(grad(scalar))(...args);
    case "value_and_grad": {
      if (has_aux) {
        const both = ad.valueAndGrad(f as (...args: Tree[]) => readonly [Tensor, Tree], {
          ...positions,
          hasAux: true,
        })(...args);
        return [[both.value, both.aux], both.grad as Tree];
      }
      const { value, grad } = ad.valueAndGrad(scalar, positions)(...args);
      return [value, grad as Tree];
    }
    case "grad_grad":
      return ad.grad(ad.grad(scalar as (x: Tensor) => Tensor))(args[0] as Tensor);
    case "grad_grad_grad":
      return ad.grad(ad.grad(ad.grad(scalar as (x: Tensor) => Tensor)))(args[0] as Tensor);
    case "hessian":
      return ad.hessian(f, positions)(...args) as Tree;
    case "jacfwd":
      return ad.jacfwd(f, positions)(...args) as Tree;
    case "jacrev":
      return ad.jacrev(f, positions)(...args) as Tree;
    case "jvp_jit":
      return ad.jvp(jit(f), args, directions as Tree[]) as Tree;
    case "jvp_jvp": {
      const once: Fn = (...args) => ad.jvp(f, args, directions as Tree[])[1];
      return ad.jvp(once, args, directions as Tree[])[1];
    }
    case "jvp_grad":
      return ad.jvp(gradAt, own, along) as Tree;
    case "vjp_grad": {
      const pulled = ad.vjp(gradAt, own)[1](directions!);
      return argnums.length === 1 ? pulled[0]! : pulled;
    }
    case "grad_jvp": {
      const slope = (...own: Tree[]): Tensor =>
        ad.jvp((...own: Tree[]) => scalar(...only(...own)), own, along)[1];
      const all = ad.grad(slope, { argnums: own.map((_, i) => i) })(...own) as Tree[];
      return argnums.length === 1 ? all[0]! : all;
    }
    case "linearize": {
      const [value, push] = ad.linearize(f, args);
      return [value, push(...directions as Tree[])];
    }
    case "linear_transpose":
      return ad.linearTranspose(f, args)(directions!);
    case "vmap":
      return ad.vmap(f, axes)(...args);
    case "vmap_vmap": {
      const inner = ad.vmap(f, { inAxes: c.attrs.inner_in_axes as readonly ad.BatchAxes[] });
      return ad.vmap(inner, axes)(...args);
    }
    case "vmap_grad":
      return ad.vmap(grad(scalar), axes)(...args);
    case "vmap_jit_grad":
      return ad.vmap(jit(grad(scalar)), axes)(...args);
    case "grad_vmap":
      return grad((...args) => mean(ad.vmap(scalar, axes)(...args)))(...args);
    case "vmap_jvp": {
      const push = (...dx: Tree[]): Tree => ad.jvp(f, args, dx)[1];
      const pushed = ad.vmap(push)(...directions as Tree[]);
      return Array.isArray(c.attrs.out_tree) && !Array.isArray(pushed) ? [pushed] : pushed;
    }
    default:
      throw new TypeError(`Cannot run ${c.id}: no transformation ${c.op}`);
  }
}

async function compare(
  id: string,
  actual: readonly Tensor[],
  expected: readonly (string | null)[],
  tolerances: readonly Tolerance[],
): Promise<void> {
  assertEquals(actual.length, expected.length, `${id}: number of results`);
  await evaluate(actual.filter((x, i) => expected[i] !== null && isFloat(x.dtype)));
  for (const [i, x] of actual.entries()) {
    const key = expected[i];
    if (key === null || key === undefined) continue;
    const want = load(key);
    assertEquals(x.shape, want.shape, `${id}: shape of result ${i}`);
    assertEquals(x.dtype, want.dtype, `${id}: dtype of result ${i}`);
    const [got, wanted] = [await x.data(), await want.data()];
    const { rtol = 0, atol = 0 } = tolerances[i]!;
    got.forEach((value, j) => {
      const to = wanted[j]!;
      const near = Object.is(value, to) || value === to ||
        Math.abs(value - to) <= atol + rtol * Math.abs(to);
      assert(near, `${id}: result ${i} element ${j} is ${value}, not ${to} (atol ${atol})`);
    });
  }
}

/** The tree of tensors in these places; null is left out. */
function fill(places: Places, tensors: readonly Tensor[]): Tree {
  if (typeof places === "number") return tensors[places]!;
  if (places === null) return {};
  if (isList(places)) return places.map((item) => fill(item, tensors));
  return Object.fromEntries(
    Object.entries(places).map(([key, value]) => [key, fill(value, tensors)]),
  );
}

/** The leaves that have a place. */
function paired(places: Places, tree: Tree): (readonly [leaf: Tensor, place: number])[] {
  if (typeof places === "number") return [[tree as Tensor, places]];
  if (places === null) return [];
  const nested = tree as { readonly [key: string]: Tree };
  const named = places as { readonly [key: string]: Places };
  return Object.keys(named).sort().flatMap((key) => paired(named[key]!, nested[key]!));
}

/** The places in the order of the leaves. */
function leafPlaces(places: Places): number[] {
  if (typeof places === "number") return [places];
  if (places === null) return [];
  if (isList(places)) return places.flatMap(leafPlaces);
  return Object.keys(places).sort().flatMap((key) => leafPlaces(places[key]!));
}

function isList(places: Places): places is readonly Places[] {
  return Array.isArray(places);
}
