/** `deno task bench`: primitives, a kernel or a few each. */
import { evaluate, exp, jit, key, matmul, normal, softmax, sum, type Tensor } from "../core/mod.ts";
import "../mod.ts";
import { grad } from "../autodiff/mod.ts";
import { gelu, layerNorm } from "../nn/mod.ts";

const x = normal(key(0), [1024, 1024]);
const w = normal(key(1), [1024, 1024]);
const gain = normal(key(2), [1024]);
await evaluate(x, w, gain);

const cases: { readonly [name: string]: (x: Tensor) => Tensor } = {
  "exp [1024, 1024]": exp,
  "gelu [1024, 1024]": (x) => gelu(x),
  "sum of the last axis [1024, 1024]": (x) => sum(x, { axes: [1] }),
  "sum of the first axis [1024, 1024]": (x) => sum(x, { axes: [0] }),
  "softmax [1024, 1024]": (x) => softmax(x),
  "layer norm [1024, 1024]": (x) => layerNorm({ weight: gain, bias: gain }, x, { eps: 1e-5 }),
  "matmul 1024": (x) => matmul(x, w),
  "matmul, bias, gelu 1024": (x) => gelu(matmul(x, w)),
  "gradient of a gelu layer 1024": grad((x: Tensor) => sum(gelu(matmul(x, w)))),
};

for (const [name, f] of Object.entries(cases)) {
  const compiled = jit(f);
  Deno.bench(name, () => compiled(x).dispose());
}
