import { assert } from "@std/assert";
import {
  type Json,
  key,
  mul,
  setDevice,
  type Shape,
  sub,
  sum,
  type Tensor,
  tensor,
  treeMap,
} from "../../mod.ts";
import { type Adapter, merge, methodOf } from "../../peft/mod.ts";

setDevice("reference");

/** Numbers that are as easily made in Python: ((7 i) mod 11 - 5) / 10. */
export function ramp(shape: Shape): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: count }, (_, i) => ((i * 7) % 11 - 5) / 10);
  return tensor(values, { shape });
}

type Layer = { readonly weight: Tensor; readonly bias: Tensor };

/** Two layers, one with fewer and one with more outputs than inputs. */
export const LAYERS: { readonly q: Layer; readonly k: Layer } = {
  q: { weight: ramp([8, 12]), bias: ramp([8]) },
  k: { weight: ramp([14, 6]), bias: ramp([14]) },
};

/** An adapter of the layers whose trained tensors are ramps. */
export function rampAdapter(
  method: string,
  fields: { readonly [field: string]: Json },
): Adapter {
  const { init } = methodOf(method);
  const options: { readonly [field: string]: Json } = { target_modules: ["q", "k"], ...fields };
  return treeMap((x) => ramp(x.shape), init(key(0), LAYERS, options));
}

/** Of a change: its first three elements, their sum, and their product with a ramp. */
export type Digest = readonly [number, number, number, sum: number, product: number];

/** Compares what merging changes with digests of PEFT's `get_delta_weight`. */
export async function checkDeltas(
  adapter: Adapter,
  expected: { readonly q?: Digest; readonly k?: Digest },
): Promise<void> {
  const merged = merge(LAYERS, adapter);
  for (const [name, digest] of Object.entries(expected)) {
    const layer = name as "q" | "k";
    const delta = sub(merged[layer].weight, LAYERS[layer].weight);
    const [a, b, c] = await delta.data();
    const product = sum(mul(delta, ramp(delta.shape)));
    const found = [a!, b!, c!, await sum(delta).item(), await product.item()];
    found.forEach((value, i) => {
      const error = Math.abs(value - digest[i]!);
      assert(error < 2e-5, `number ${i} of ${name} is ${value} instead of ${digest[i]}`);
    });
  }
}
