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
  key: ({ seed, x64 }) =>
    x64 ? null : () => [g.key(Number(BigInt.asUintN(32, BigInt(String(seed)))))],
  split: ({ num, partitionable }) =>
    partitionable === false || typeof num !== "number" ? null : ([key]) => [g.keys(key!, num)],
  fold_in: ({ data, partitionable }) =>
    partitionable === false ? null : ([key]) => [g.foldIn(key!, number(data))],
  bits: (attrs) =>
    attrs["partitionable"] === false || attrs["dtype"] !== "uint32"
      ? null
      : ([key]) => [g.randomBits(key!, attrs["shape"] as number[])],
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
    if (attrs["dtype"] !== "int32") return null;
    const minval = number(attrs["minval"]);
    const maxval = number(attrs["maxval"]);
    return ([key]) => [g.randint(key!, attrs["shape"] as number[], { minval, maxval })];
  },
  bernoulli: ({ shape, p, mode }, inputs) =>
    mode !== "low" || inputs.length > 1
      ? null
      : ([key]) => [g.bernoulli(key!, shape as number[], { p: number(p) })],
  truncated_normal: (attrs) => {
    const dtype = dtypeOf<g.DType>(attrs["dtype"] ?? "float32");
    const lower = number(attrs["lower"]);
    const upper = number(attrs["upper"]);
    return ([key]) => [
      g.truncatedNormal(key!, attrs["shape"] as number[], { dtype, lower, upper }),
    ];
  },
};
