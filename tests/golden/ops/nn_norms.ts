import type { Tensor } from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { type Attrs, number, type OpTable, withAttrs } from "./_table.ts";

const epsOf = ({ eps }: Attrs): { readonly eps: number } => ({ eps: number(eps) });

const trailing = ({ shape }: Attrs): number => (shape as number[]).length;

const affine = (weight?: Tensor, bias?: Tensor): nn.LayerNormParams => ({
  ...(weight && { weight }),
  ...(bias && { bias }),
});

function batchNormParams(
  [, running_mean, running_var, weight, bias]: readonly Tensor[],
): nn.BatchNormParams {
  return {
    running_mean: running_mean!,
    running_var: running_var!,
    weight: weight!,
    bias: bias!,
  };
}

/** Golden ops of normalization. */
export const normOps: OpTable = {
  batch_norm_eval: (attrs) => (inputs) => [
    nn.batchNorm(batchNormParams(inputs), inputs[0]!, epsOf(attrs)),
  ],
  batch_norm_train: (attrs) => (inputs) => {
    const momentum = number(attrs["momentum"]);
    const options = { ...epsOf(attrs), momentum };
    const { y, statistics } = nn.batchNormTraining(batchNormParams(inputs), inputs[0]!, options);
    return [y, statistics.running_mean, statistics.running_var];
  },
  group_norm: (attrs) => ([x, weight, bias]) => [
    nn.groupNorm(affine(weight, bias), x!, { ...epsOf(attrs), groups: number(attrs["groups"]) }),
  ],
  instance_norm: (attrs) => ([x]) => [nn.instanceNorm({}, x!, epsOf(attrs))],
  l2_normalize: withAttrs((x, { axis, eps }) =>
    nn.l2Normalize(x, { axis: number(axis), eps: number(eps) })
  ),
  layer_norm: (attrs) => ([x, weight, bias]) => [
    nn.layerNorm(affine(weight, bias), x!, { ...epsOf(attrs), trailing: trailing(attrs) }),
  ],
  rms_norm: (attrs) => ([x, weight]) => [
    nn.rmsNorm({ ...(weight && { weight }) }, x!, { ...epsOf(attrs), trailing: trailing(attrs) }),
  ],
};
