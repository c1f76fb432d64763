import { vmap } from "../../../autodiff/mod.ts";
import * as g from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { type Attrs, dtypeOf, type MakeOp, number, type OpTable } from "./_table.ts";

type Sample = (
  key: g.Tensor,
  shape: readonly number[],
  options?: { readonly dtype?: g.DType; readonly bits?: g.BitSource },
) => g.Tensor;

const bitsOf = (attrs: Attrs): g.BitSource =>
  attrs["partitionable"] === false ? g.originalBits : g.randomBits;

const sampler = (f: Sample): MakeOp => (attrs) => {
  const dtype = dtypeOf<g.DType>(attrs["dtype"] ?? "float32");
  if (!g.DTYPES.includes(dtype)) return null;
  return ([key]) => [f(key!, attrs["shape"] as number[], { dtype, bits: bitsOf(attrs) })];
};

const INITIALIZERS: { readonly [name: string]: nn.Initializer } = {
  glorot_uniform: nn.glorotUniform(),
  glorot_normal: nn.glorotNormal(),
  he_uniform: nn.heUniform(),
  he_normal: nn.heNormal(),
  lecun_uniform: nn.lecunUniform(),
  lecun_normal: nn.lecunNormal(),
  orthogonal: nn.orthogonal(),
  normal: g.normal,
  uniform: g.uniform,
  truncated_normal: g.truncatedNormal,
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
  categorical: ({ axis, shape, replace }) => ([key, logits]) => [
    g.categorical(key!, logits!, {
      axis: number(axis),
      ...(shape ? { shape: shape as number[] } : {}),
      replace: replace === true,
    }),
  ],
  choice: ({ n, shape, replace, axis, array }) => ([key, p]) => [
    g.choice(key!, array ? g.tensor(array as number[][]) : number(n), {
      shape: shape as number[],
      replace: replace === true,
      axis: number(axis ?? 0),
      ...(p ? { p } : {}),
    }),
  ],
  initializer: ({ name, shape, stddev, scale }) => ([key]) => {
    const made = INITIALIZERS[String(name)]!(key!, shape as number[]);
    return [g.mul(made, number(stddev ?? scale ?? 1))];
  },
  multivariate_normal: ({ shape }) => ([key, mean, cov]) => [
    g.multivariateNormal(key!, mean!, { cov: cov!, shape: shape as number[] }),
  ],
  threefry2x32: () => ([key, a, b]) => {
    return g.unstack(g.threefry2x32(key!, g.stack([a!, b!], { axis: -1 })), { axis: -1 });
  },
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
  rademacher: ({ shape }) => ([key]) => [g.rademacher(key!, shape as number[])],
  key: ({ seed, x64 }) => () => [g.key(x64 ? BigInt(String(seed)) : Number(seed))],
  split: ({ num, partitionable }) => ([key]) => [
    (partitionable === false ? g.originalKeys : g.keys)(key!, num as number | number[]),
  ],
  fold_in: ({ data }) => ([key]) => [g.foldIn(key!, number(data))],
  bits: (attrs) => {
    const shape = attrs["shape"] as number[];
    // Both words of a block are the bits of a 64-bit integer.
    if (attrs["dtype"] === "uint64") return ([key]) => [g.keys(key!, shape)];
    const dtype = dtypeOf<"u32" | "u16" | "u8">(attrs["dtype"]);
    const draw = attrs["partitionable"] === false ? g.originalBits : g.randomBits;
    return ([key]) => [draw(key!, shape, { dtype })];
  },
  uniform: (attrs) => {
    const dtype = dtypeOf<g.DType>(attrs["dtype"] ?? "float32");
    const minval = number(attrs["minval"] ?? 0);
    const maxval = number(attrs["maxval"] ?? 1);
    const options = { dtype, minval, maxval, bits: bitsOf(attrs) };
    return ([key]) => [g.uniform(key!, attrs["shape"] as number[], options)];
  },
  normal: sampler(g.normal),
  exponential: sampler(g.exponential),
  gumbel: (attrs, inputs) => {
    const mode = attrs["mode"] as "low" | "high";
    return sampler((key, shape, options) => g.gumbel(key, shape, { ...options, mode }))(
      attrs,
      inputs,
    );
  },
  randint: (attrs) => {
    const dtype = dtypeOf<g.DType>(attrs["dtype"]);
    if (!g.DTYPES.includes(dtype)) return null;
    const minval = number(attrs["minval"]);
    const maxval = number(attrs["maxval"]);
    return ([key]) => [g.randint(key!, attrs["shape"] as number[], { minval, maxval, dtype })];
  },
  bernoulli: ({ shape, p, mode }) => ([key, each]) => [
    g.bernoulli(key!, shape as number[], { p: each ?? number(p), mode: mode as "low" | "high" }),
  ],
  truncated_normal: (attrs) => {
    const dtype = dtypeOf<g.DType>(attrs["dtype"] ?? "float32");
    const lower = number(attrs["lower"]);
    const upper = number(attrs["upper"]);
    return ([key]) => [
      g.truncatedNormal(key!, attrs["shape"] as number[], { dtype, lower, upper }),
    ];
  },
};
