import { assert, assertEquals } from "@std/assert";
import { vjp } from "../../autodiff/mod.ts";
import { type Aval, type Backend, type HostArray, mul, split, type Tensor } from "../../mod.ts";
import { roundTo, sizeOf, traceClosed } from "../../core/internal.ts";
import { attention, type AttentionOptions, mergeHeads, splitHeads } from "../../nn/mod.ts";
import { generator } from "../../testing/numeric.ts";
import { requireAgreement } from "../laws/backend_law.ts";

/** Attention of a shape, with the operands that it has. */
export type AttentionCase = {
  readonly batch?: number;
  readonly heads?: number;
  /** Heads of keys and values. */
  readonly groups?: number;
  readonly time: number;
  readonly source?: number;
  readonly size: number;
  readonly causal?: boolean;
  /** Shapes of a mask and of a bias, whose sides of 1 are spread. */
  readonly mask?: readonly number[];
  readonly bias?: readonly number[];
};

/** What a case runs: results, and gradients of queries, keys and values for a cotangent. */
export function attentionFunction(one: AttentionCase): (xs: readonly Tensor[]) => Tensor[] {
  return ([query, key, value, ct, ...extra]) => {
    const [mask, bias] = [one.mask && extra.shift(), one.bias && extra.shift()];
    const options: AttentionOptions = { causal: one.causal ?? false, mask, bias };
    const attend = (query: Tensor, key: Tensor, value: Tensor): Tensor =>
      attention({ query, key, value }, options);
    const [y, pull] = vjp(attend, [query!, key!, value!]);
    return [y, ...pull(ct!)];
  };
}

/** Types of the operands of a case: query, key, value, cotangent, mask, bias. */
export function attentionTypes(one: AttentionCase): Aval[] {
  const { batch = 1, heads = 1, groups = heads, time, source = time, size } = one;
  const query = { shape: [batch, heads, time, size], dtype: "f32" } as const;
  const key = { shape: [batch, groups, source, size], dtype: "f32" } as const;
  return [
    query,
    key,
    key,
    query,
    ...(one.mask ? [{ shape: one.mask, dtype: "bool" } as const] : []),
    ...(one.bias ? [{ shape: one.bias, dtype: "f32" } as const] : []),
  ];
}

/** Operands with scores that differ much, and a mask that hides a third, and a query's every key. */
export function attentionInputs(one: AttentionCase): HostArray[] {
  return attentionTypes(one).map((aval, i): HostArray => {
    const random = generator(17 + i);
    const source = aval.shape.at(-1)!;
    const data = Float64Array.from({ length: sizeOf(aval.shape) }, (_, at) => {
      if (aval.dtype !== "bool") return 4 * (random() - 0.5);
      return Math.floor(at / source) % 7 !== 3 && random() > 0.33 ? 1 : 0;
    });
    return { ...aval, data: roundTo(data, aval.dtype) };
  });
}

/** Throws unless the backend's own kernels run a case and agree with the reference. */
export function requireAttention(backend: Backend, one: AttentionCase, tolerance = 2e-5): void {
  const f = attentionFunction(one);
  const inputs = attentionInputs(one);
  const { report } = backend.compile(traceClosed(f, inputs), inputs.map(() => false));
  const kinds = report.kernels.map(({ kind }) => kind);
  assert(kinds.filter((kind) => kind === "attention").length === 2, `${kinds} are not kernels`);
  requireAgreement(backend, f, inputs, tolerance);
}

/**
 * Throws unless the gradient of causal attention over the thirds of a packed projection, as models
 * write it, is read and written in place: one kernel forward, one back, and what makes their operands.
 */
export function requirePacked(backend: Backend, time: number, heads: number, size: number): void {
  const f = ([x, ct]: readonly Tensor[]): Tensor[] => {
    const attend = (x: Tensor): Tensor => {
      const [query, key, value] = split(x, { sections: 3, axis: 2 })
        .map((part) => splitHeads(part, { heads })) as [Tensor, Tensor, Tensor];
      return mergeHeads(attention({ query, key, value }, { causal: true }));
    };
    const [y, pull] = vjp(attend, [mul(x!, 1.5)]);
    return [y, mul(2, pull(ct!)[0]!)];
  };
  const width = heads * size;
  const inputs = [[2, time, 3 * width], [2, time, width]].map((shape, i): HostArray => {
    const random = generator(31 + i);
    const data = Float64Array.from({ length: sizeOf(shape) }, () => random() - 0.5);
    return { shape, dtype: "f32", data: roundTo(data, "f32") };
  });
  const { report } = backend.compile(traceClosed(f, inputs), inputs.map(() => false));
  const kinds = report.kernels.map(({ kind }) => kind);
  assertEquals(kinds, ["map", "attention", "attention", "map"]);
  requireAgreement(backend, f, inputs, 2e-5);
}
