import * as g from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { attentionOps } from "./nn_attention.ts";
import { binary, type MakeOp, number, type OpTable, withAttrs } from "./_table.ts";

/** The case where a loss is averaged over all its elements. */
function meanOnly(loss: (x: g.Tensor, y: g.Tensor) => g.Tensor): MakeOp {
  const make = binary(loss);
  return (attrs, inputs) =>
    attrs["reduction"] === "mean" && inputs.length === 2 ? make(attrs, inputs) : null;
}

/** Golden ops of neural networks, as far as nn has them. */
export const nnOps: OpTable = {
  ...attentionOps,
  bce_with_logits: meanOnly(nn.binaryCrossEntropy),
  cross_entropy: (attrs, inputs) => {
    const { reduction } = attrs;
    if (attrs["weight"] || !["mean", "sum"].includes(String(reduction))) return null;
    if (inputs[0]!.dtype !== "f32") return null;
    const ignoreIndex = number(attrs["ignore_index"] ?? -100);
    const labelSmoothing = number(attrs["label_smoothing"] ?? 0);
    return ([logits, labels]) => {
      const classesLast = g.moveAxis(logits!, 1, -1);
      const options = { ignoreIndex, labelSmoothing };
      return reduction === "mean"
        ? [nn.crossEntropy(classesLast, labels!, options)]
        : [nn.crossEntropySums(classesLast, labels!, options).total];
    };
  },
  embedding: ({ padding_idx }) =>
    padding_idx === null || padding_idx === undefined
      ? ([weight, ids]) => [nn.embedding({ weight: weight! }, ids!)]
      : null,
  layer_norm: (attrs) => {
    if ((attrs["shape"] as number[]).length !== 1) return null;
    const eps = number(attrs["eps"]);
    return ([x, weight, bias]) => [
      nn.layerNorm({ ...(weight && { weight }), ...(bias && { bias }) }, x!, { eps }),
    ];
  },
  linear: () => ([x, weight, bias]) => [
    nn.linear({ weight: weight!, ...(bias && { bias }) }, x!),
  ],
  log_softmax: withAttrs((x, { axis }) => g.logSoftmax(x, { axis: number(axis) })),
  mse_loss: meanOnly(nn.meanSquaredError),
  rms_norm: (attrs) => {
    if ((attrs["shape"] as number[]).length !== 1) return null;
    const eps = number(attrs["eps"]);
    return ([x, weight]) => [nn.rmsNorm({ ...(weight && { weight }) }, x!, { eps })];
  },
  softmax: withAttrs((x, { axis }) => g.softmax(x, { axis: number(axis) })),
  swiglu: () => ([a, b]) => [g.mul(nn.silu(a!), b!)],
};
