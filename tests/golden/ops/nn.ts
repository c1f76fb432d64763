import * as g from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { number, type OpTable, withAttrs } from "./_table.ts";

/** Golden ops of neural networks, as far as nn has them. */
export const nnOps: OpTable = {
  cross_entropy: (attrs, inputs) => {
    const plain = attrs["reduction"] === "mean" && !number(attrs["label_smoothing"] ?? 0) &&
      !attrs["weight"] && inputs[0]!.shape.length === 2;
    if (!plain) return null;
    const ignoreIndex = number(attrs["ignore_index"] ?? -100);
    return ([logits, labels]) => [nn.crossEntropy(logits!, labels!, { ignoreIndex })];
  },
  embedding: ({ padding_idx }) =>
    padding_idx === null || padding_idx === undefined
      ? ([weight, ids]) => [nn.embedding({ weight: weight! }, ids!)]
      : null,
  layer_norm: (attrs, inputs) => {
    const axes = attrs["shape"] as number[];
    if (axes.length !== 1 || inputs.length !== 3) return null;
    const eps = number(attrs["eps"]);
    return ([x, weight, bias]) => [nn.layerNorm({ weight: weight!, bias: bias! }, x!, { eps })];
  },
  linear: () => ([x, weight, bias]) => [
    nn.linear({ weight: weight!, ...(bias && { bias }) }, x!),
  ],
  log_softmax: withAttrs((x, { axis }) => g.logSoftmax(x, { axis: number(axis) })),
  softmax: withAttrs((x, { axis }) => g.softmax(x, { axis: number(axis) })),
  swiglu: () => ([a, b]) => [g.mul(nn.silu(a!), b!)],
};
