import {
  add,
  convert,
  div,
  expm1,
  mul,
  neg,
  square,
  sub,
  type Tensor,
  type Tree,
  treeMap,
  treeZip,
  zeros,
} from "../core/mod.ts";

/** Zeros like `x` to accumulate in: float32 even where the parameter is stored narrower. */
export function accumulator(x: Tensor): Tensor {
  return zeros(x.shape, { dtype: wide(x) });
}

/** `x` in the dtype that updates are computed in. */
export function widen(x: Tensor): Tensor {
  return convert(x, wide(x));
}

function wide(x: Tensor): "f64" | "f32" {
  return x.dtype === "f64" ? "f64" : "f32";
}

/** The count of steps at the start. */
export function firstStep(): Tensor {
  return zeros([], { dtype: "i32" });
}

/**
 * decay · old + (1 - decay) · value, in float32.
 *
 * As in optax, decay · old is computed in the dtype of `old`, so in bfloat16 where it is kept so.
 */
export function movingAverage(
  old: Tensor,
  value: Tensor,
  options: { readonly decay: number | Tensor },
): Tensor {
  const { decay } = options;
  const rest = typeof decay === "number" ? 1 - decay : sub(1, decay);
  return add(mul(decay, old), mul(rest, convert(value, wide(old))));
}

/** The running mean of gradients, or of their squares where `order` is 2, after one more of them. */
export function updateMoment<T extends Tree>(
  moment: T,
  grads: Tree,
  options: { readonly decay: number | Tensor; readonly order?: 1 | 2 },
): T {
  return treeZip(
    ([m, g]) => movingAverage(m!, options.order === 2 ? square(widen(g!)) : g!, options),
    moment,
    grads,
  );
}

/**
 * moment / (1 - decay^step): the mean of what was averaged, without the zeros that it began with.
 *
 * @see Kingma & Ba 2014, arXiv:1412.6980, section 3
 */
export function biasCorrection<T extends Tree>(
  moment: T,
  options: { readonly decay: number; readonly step: Tensor },
): T {
  const weight = unbias(options.decay, options.step);
  return treeMap((m) => div(widen(m), weight), moment);
}

/** 1 - decay^step. Not by `pow`: for the first steps it would lose half of float32's digits. */
export function unbias(decay: number, step: Tensor): Tensor {
  return neg(expm1(mul(Math.log(decay), convert(step, "f32"))));
}
