import * as g from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { attentionOps } from "./nn_attention.ts";
import { imageOps } from "./nn_images.ts";
import { lossOps } from "./nn_losses.ts";
import { normOps } from "./nn_norms.ts";
import { recurrentOps } from "./nn_recurrent.ts";
import { number, type OpTable, optional, withAttrs } from "./_table.ts";

/** Golden ops of neural networks. */
export const nnOps: OpTable = {
  ...attentionOps,
  ...imageOps,
  ...lossOps,
  ...normOps,
  ...recurrentOps,
  cosine_similarity: ({ axis, eps }) => ([x, y]) => [
    nn.cosineSimilarity(x!, y!, { axis: number(axis), eps: number(eps) }),
  ],
  dropout_mask: ({ p }) => ([x, kept]) => [nn.dropoutBy(x!, kept!, { rate: number(p) })],
  embedding: ({ padding_idx }) => ([weight, ids]) => [
    nn.embedding({ weight: weight! }, ids!, { paddingIndex: optional<number>(padding_idx) }),
  ],
  glu: withAttrs((x, { axis }) => nn.glu(x, { axis: number(axis) })),
  linear: () => ([x, weight, bias]) => [
    nn.linear({ weight: weight!, ...(bias && { bias }) }, x!),
  ],
  log_softmax: withAttrs((x, { axis }) => g.logSoftmax(x, { axis: number(axis) })),
  softmax: withAttrs((x, { axis }) => g.softmax(x, { axis: number(axis) })),
  softmax_where: ({ axis }) => ([x, mask]) => [
    nn.maskedSoftmax(x!, mask!, { axis: number(axis) }),
  ],
  swiglu: () => ([a, b]) => [g.mul(nn.silu(a!), b!)],
};
