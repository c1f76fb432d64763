import { vmap } from "../../../autodiff/mod.ts";
import * as g from "../../../mod.ts";
import { dtypeOf, type MakeOp, number, type OpTable } from "./_table.ts";

type Sample = (
  key: g.Tensor,
  shape: readonly number[],
  options?: { readonly dtype?: g.DType },
) => g.Tensor;

const sampler = (f: Sample): MakeOp => (attrs) => {
  if (attrs["partitionable"] === false || (attrs["mode"] ?? "low") !== "low") return null;
  const dtype = dtypeOf<g.DType>(attrs["dtype"] ?? "float32");
  if (!g.DTYPES.includes(dtype)) return null;
  return ([key]) => [f(key!, attrs["shape"] as number[], { dtype })];
};

/** Golden ops of threefry keys and samplers. */
export const random: OpTable = {
  cauchy: ({ shape }) => ([key]) => [g.cauchy(key!, shape as number[])],
  laplace: ({ shape }) => ([key]) => [g.laplace(key!, shape as number[])],
  logistic: ({ shape }) => ([key]) => [g.logistic(key!, shape as number[])],
  permutation: ({ n, axis, independent }) => ([key, x]) => [
    x
      ? g.permutation(key!, x, { axis: number(axis), independent: independent === true })
      : g.permutation(key!, number(n)),
  ],
  categorical: ({ axis, shape, replace }) =>
    replace === false ? null : (
      [key, logits],
    ) => [
      g.categorical(key!, logits!, {
        axis: number(axis),
        ...(shape ? { shape: shape as number[] } : {}),
      }),
    ],
  vmap_normal:
    ({ shape }) => ([keys]) => [vmap((key: g.Tensor) => g.normal(key, shape as number[]))(keys!)],
  vmap_split: ({ num }) => ([keys]) => [vmap((key: g.Tensor) => g.keys(key, number(num)))(keys!)],
  scan_keys: ({ steps, shape }) => ([first]) => {
    const bits: g.Tensor[] = [];
    let key = first!;
    for (let step = 0; step < number(steps); step++) {
      const [next, sub] = g.splitKey(key);
      bits.push(g.randomBits(sub!, shape as number[]));
      key = next!;
    }
    return [key, g.stack(bits)];
  },
  dropout: ({ p }) => ([key, x]) => {
    const mask = g.bernoulli(key!, x!.shape, { p: 1 - number(p) });
    return [g.where(mask, g.div(x!, 1 - number(p)), 0), mask];
  },
  rademacher: ({ shape }) => ([key]) => [
    g.sub(g.mul(g.convert(g.bernoulli(key!, shape as number[]), "i32"), 2), 1),
  ],
  key: ({ seed, x64 }) =>
    x64 ? null : () => [g.key(Number(BigInt.asUintN(32, BigInt(String(seed)))))],
  split: ({ num, partitionable }) =>
    partitionable === false ? null : ([key]) => [g.keys(key!, num as number | number[])],
  fold_in: ({ data, partitionable }) =>
    partitionable === false ? null : ([key]) => [g.foldIn(key!, number(data))],
  bits: (attrs) => {
    const dtype = dtypeOf<string>(attrs["dtype"]);
    if (attrs["partitionable"] === false || (dtype !== "u32" && dtype !== "u8")) return null;
    return ([key]) => [g.randomBits(key!, attrs["shape"] as number[], { dtype })];
  },
  uniform: (attrs) => {
    if (attrs["partitionable"] === false) return null;
    const dtype = dtypeOf<g.DType>(attrs["dtype"] ?? "float32");
    const minval = number(attrs["minval"] ?? 0);
    const maxval = number(attrs["maxval"] ?? 1);
    return ([key]) => [g.uniform(key!, attrs["shape"] as number[], { dtype, minval, maxval })];
  },
  normal: sampler(g.normal),
  exponential: sampler(g.exponential),
  gumbel: sampler(g.gumbel),
  randint: (attrs) => {
    const dtype = dtypeOf<g.DType>(attrs["dtype"]);
    if (!g.DTYPES.includes(dtype)) return null;
    const minval = number(attrs["minval"]);
    const maxval = number(attrs["maxval"]);
    return ([key]) => [g.randint(key!, attrs["shape"] as number[], { minval, maxval, dtype })];
  },
  bernoulli: ({ shape, p, mode }) =>
    mode !== "low"
      ? null
      : ([key, each]) => [g.bernoulli(key!, shape as number[], { p: each ?? number(p) })],
  truncated_normal: (attrs) => {
    const dtype = dtypeOf<g.DType>(attrs["dtype"] ?? "float32");
    const lower = number(attrs["lower"]);
    const upper = number(attrs["upper"]);
    return ([key]) => [
      g.truncatedNormal(key!, attrs["shape"] as number[], { dtype, lower, upper }),
    ];
  },
};
