import { convert, moveAxis, type Tensor } from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { type Attrs, type MakeOp, number, type OpTable } from "./_table.ts";

const reductionOf = ({ reduction }: Attrs): { readonly reduction: nn.Reduction } => ({
  reduction: reduction as nn.Reduction,
});

/** A loss of two tensors, with options made of the attributes. */
function pair<O>(
  loss: (x: Tensor, y: Tensor, options: O) => Tensor,
  options: (attrs: Attrs) => O,
): MakeOp {
  return (attrs) => ([x, y]) => [loss(x!, y!, options(attrs))];
}

/** Golden ops of losses. */
export const lossOps: OpTable = {
  bce_with_logits: (attrs) => ([x, y, posWeight]) => [
    nn.binaryCrossEntropy(x!, y!, { ...reductionOf(attrs), posWeight }),
  ],
  cross_entropy: (attrs) => ([logits, labels, weight]) => {
    const loss = nn.crossEntropy(moveAxis(logits!, 1, -1), labels!, {
      ...reductionOf(attrs),
      ignoreIndex: number(attrs["ignore_index"] ?? -100),
      labelSmoothing: number(attrs["label_smoothing"] ?? 0),
      weight,
    });
    return [convert(loss, logits!.dtype)];
  },
  cross_entropy_soft: pair(nn.softCrossEntropy, reductionOf),
  huber_loss: pair(nn.huberLoss, (attrs) => ({
    ...reductionOf(attrs),
    delta: number(attrs["delta"]),
  })),
  kl_div: pair(nn.klDivergence, reductionOf),
  l1_loss: pair(nn.meanAbsoluteError, reductionOf),
  mse_loss: pair(nn.meanSquaredError, reductionOf),
  nll_loss: pair(nn.negativeLogLikelihood, reductionOf),
  smooth_l1_loss: pair(nn.smoothL1Loss, (attrs) => ({
    ...reductionOf(attrs),
    beta: number(attrs["beta"]),
  })),
};
