/** `deno task bench`: blocks of models, forward and with their gradients. */
import {
  evaluate,
  jit,
  key,
  normal,
  square,
  sum,
  type Tensor,
  type Tree,
  zeros,
} from "../core/mod.ts";
import "../mod.ts";
import { grad } from "../autodiff/mod.ts";
import { attention, conv2d, crossEntropy, layerNorm, linear } from "../nn/mod.ts";

const ids = zeros([512], { dtype: "i32" });
const params = {
  block: normal(key(0), [4, 12, 128, 64]),
  image: normal(key(1), [1, 64, 64, 64]),
  kernel: { weight: normal(key(2), [64, 64, 3, 3]) },
  x: normal(key(3), [512, 768]),
  norm: { weight: normal(key(4), [768]), bias: normal(key(5), [768]) },
  head: { weight: normal(key(6), [8000, 768]) },
};
await evaluate(ids, params);

const losses: { readonly [name: string]: (p: typeof params) => Tensor } = {
  "causal attention, 4 x 12 heads of 128 x 64": ({ block }) =>
    sum(square(attention({ query: block, key: block, value: block }, { causal: true }))),
  "conv2d 64x64x64 to 64, 3x3": ({ image, kernel }) =>
    sum(square(conv2d(kernel, image, { padding: 1 }))),
  "head of 8,000 words and its loss": ({ x, norm, head }) =>
    crossEntropy(linear(head, layerNorm(norm, x, { eps: 1e-5 })), ids),
};

for (const [name, loss] of Object.entries(losses)) {
  for (const [what, f] of [["forward", loss], ["gradient", grad(loss)]] as const) {
    const compiled = jit(f as (p: typeof params) => Tree);
    Deno.bench({ name: what, group: name, fn: async () => await evaluate(compiled(params)) });
  }
}
