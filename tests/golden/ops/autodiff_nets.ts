import {
  add,
  argmax,
  cholesky,
  convert,
  convGeneral,
  diagonal,
  div,
  einsum,
  equal,
  exp,
  expandDims,
  eye,
  index,
  log,
  logSoftmax,
  matmul,
  max,
  mean,
  mul,
  neg,
  ones,
  reshape,
  rsqrt,
  sin,
  softmax,
  square,
  sub,
  sum,
  swapAxes,
  takeAlongAxis,
  tanh,
  type Tensor,
  transpose,
  triangularSolve,
  tril,
  where,
} from "../../../mod.ts";
import { gelu, relu } from "../../../nn/mod.ts";
import type { Functions } from "./autodiff.ts";

type Affine = { readonly w: Tensor; readonly b: Tensor };
type Mlp = { readonly layers: readonly [Affine, Affine]; readonly scale: Tensor };
type Heads = { readonly [name in "q" | "k" | "v" | "o"]: Tensor };
type Conv = { readonly k1: Tensor; readonly k2: Tensor; readonly w: Tensor };
type Kernel = { readonly [name in "log_amp" | "log_len" | "log_noise"]: Tensor };

const affine = ({ w, b }: Affine, x: Tensor): Tensor => add(matmul(x, w), b);

function crossEntropy(logits: Tensor, labels: Tensor): Tensor {
  const picked = takeAlongAxis(logSoftmax(logits), expandDims(labels, 1));
  return neg(mean(picked));
}

/** The padding of a convolution whose result has ceil(side / stride) positions. */
function samePadding(x: Tensor, kernel: Tensor, stride: number): (readonly [number, number])[] {
  return [2, 3].map((axis) => {
    const [side, k] = [x.shape[axis]!, kernel.shape[axis]!];
    const total = Math.max((Math.ceil(side / stride) - 1) * stride + k - side, 0);
    return [total >> 1, total - (total >> 1)] as const;
  });
}

function conv(x: Tensor, kernel: Tensor, stride: number): Tensor {
  return convGeneral(x, kernel, { stride, padding: samePadding(x, kernel, stride) });
}

/** Maxima of windows of two by two; a last odd row or column is left out. */
function maxPool(x: Tensor): Tensor {
  const [h, w] = [2, 3].map((axis) => x.shape[axis]! >> 1) as [number, number];
  const even = index(x, ["ellipsis", { stop: 2 * h }, { stop: 2 * w }]);
  return max(reshape(even, [...x.shape.slice(0, 2), h, 2, w, 2]), { axes: [3, 5] });
}

/** Losses of small networks. */
export const functionsOfNets: Functions = {
  mlp_loss: ({ layers: [first, second], scale }: Mlp, x: Tensor, y: Tensor) => {
    const out = mul(affine(second, tanh(affine(first, x))), scale);
    return mean(square(sub(out, y)));
  },
  softmax_xent: (params: Affine, x: Tensor, labels: Tensor) => {
    return crossEntropy(affine(params, x), labels);
  },
  softmax_xent_aux: (params: Affine, x: Tensor, labels: Tensor) => {
    const logits = affine(params, x);
    const correct = sum(equal(argmax(logits, { axis: -1 }), labels));
    return [crossEntropy(logits, labels), { correct, logits }];
  },
  layer_norm_net: (x: Tensor, scale: Tensor, bias: Tensor) => {
    const centred = sub(x, mean(x, { axes: -1, keepDims: true }));
    const v = mean(square(centred), { axes: -1, keepDims: true });
    const y = add(mul(mul(centred, rsqrt(add(v, 1e-5))), scale), bias);
    return sum(mul(sin(y), gelu(y, { approximate: true })));
  },
  attention_net: (params: Heads, x: Tensor) => {
    const [t, d] = x.shape as [number, number];
    const heads = (w: Tensor): Tensor => transpose(reshape(matmul(x, w), [t, 2, d / 2]), [1, 0, 2]);
    const [q, k, v] = [heads(params.q), heads(params.k), heads(params.v)];
    const scores = div(einsum("hqd,hkd->hqk", q, k), Math.sqrt(d / 2));
    const seen = where(tril(ones([t, t], { dtype: "bool" })), scores, -Infinity);
    const y = einsum("hqk,hkd->qhd", softmax(seen), v);
    return sum(square(matmul(reshape(y, [t, d]), params.o)));
  },
  conv_net: (params: Conv, x: Tensor) => {
    const pooled = maxPool(relu(conv(x, params.k1, 1)));
    const hidden = tanh(conv(pooled, params.k2, 2));
    const logits = matmul(reshape(hidden, [x.shape[0]!, -1]), params.w);
    return sum(square(softmax(logits)));
  },
  embedding_loss: (table: Tensor, ids: Tensor, w: Tensor) => {
    const e = mean(index(table, [ids]), { axes: -2 });
    return sum(square(tanh(matmul(e, w))));
  },
  gp_nll: (x: Tensor, y: Tensor, p: Kernel) => {
    const n = x.shape[0]!;
    const d = div(sub(x, swapAxes(x, 0, 1)), exp(p.log_len));
    const smooth = exp(sub(mul(2, p.log_amp), mul(0.5, mul(d, d))));
    const noise = mul(exp(mul(2, p.log_noise)), eye(n, { dtype: x.dtype }));
    const low = cholesky(add(smooth, noise));
    const column = y.shape.length === 1 ? expandDims(y, 1) : y;
    const z = triangularSolve(low, column, { lower: true });
    return add(mul(0.5, sum(mul(z, z))), sum(log(diagonal(low))));
  },
  mixed_precision: (w: Tensor, x: Tensor, y: Tensor) => {
    const h = tanh(matmul(x, w));
    return mean(square(sub(convert(h, y.dtype), y)));
  },
};
