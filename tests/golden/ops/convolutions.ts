import * as g from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import type { Attrs, MakeOp, OpTable } from "./_table.ts";

const params = (weight: g.Tensor, bias?: g.Tensor): nn.ConvParams => ({
  weight,
  ...(bias && { bias }),
});

const geometry = (attrs: Attrs) => ({
  stride: attrs["stride"] as number[],
  padding: attrs["padding"] as number[],
  dilation: attrs["dilation"] as number[],
  groups: attrs["groups"] as number,
});

const conv = (layer: typeof nn.conv1d): MakeOp => (attrs) => ([x, w, bias]) => [
  layer(params(w!, bias), x!, geometry(attrs)),
];

const transposed = (layer: typeof nn.convTranspose1d): MakeOp => (attrs) => ([x, w, bias]) => [
  layer(params(w!, bias), x!, {
    ...geometry(attrs),
    outputPadding: attrs["output_padding"] as number[],
  }),
];

/** JAX's: the last axis has the channels, and the kernel [...K, C, O] is not reversed. */
const transposedSame: MakeOp = (attrs) => ([x, w]) => {
  const weight = g.flip(g.transpose(w!, [2, 3, 0, 1]), { axes: [2, 3] });
  const padding = attrs["padding"] === "SAME" ? "same" : "valid";
  const options = { stride: attrs["strides"] as number[], padding } as const;
  return [g.moveAxis(nn.convTranspose2d({ weight }, g.moveAxis(x!, -1, 1), options), 1, -1)];
};

/** Axes of a layout such as "NHWC" in the order of another. */
const order = (from: string, to: string): number[] => [...to].map((axis) => from.indexOf(axis));

/** JAX's "SAME": the result has side / stride, rounded up. */
function padding(
  value: unknown,
  sides: readonly number[],
  kernel: readonly number[],
  stride: readonly number[],
): (readonly [number, number])[] {
  if (Array.isArray(value)) return value;
  return sides.map((side, i) => {
    if (value === "VALID") return [0, 0] as const;
    const wanted = (Math.ceil(side / stride[i]!) - 1) * stride[i]! + kernel[i]! - side;
    const total = Math.max(0, wanted);
    return [Math.floor(total / 2), total - Math.floor(total / 2)] as const;
  });
}

const general: MakeOp = (attrs) => {
  const [lhs, rhs, out] = attrs["dn"] as [string, string, string];
  const spatial = lhs.replace("N", "").replace("C", "");
  return ([a, b]) => {
    const x = g.transpose(a!, order(lhs, `NC${spatial}`));
    const w = g.transpose(b!, order(rhs, `OI${spatial}`));
    const stride = attrs["window_strides"] as number[];
    const y = g.convGeneral(x, w, {
      stride,
      padding: padding(attrs["padding"], x.shape.slice(2), w.shape.slice(2), stride),
      lhsDilation: (attrs["lhs_dilation"] ?? 1) as number[],
      rhsDilation: (attrs["rhs_dilation"] ?? 1) as number[],
      groups: attrs["feature_group_count"] as number,
      batchGroups: attrs["batch_group_count"] as number,
    });
    return [g.transpose(y, order(`NC${spatial}`, out))];
  };
};

/** Golden ops of convolutions. */
export const convolutions: OpTable = {
  conv1d: conv(nn.conv1d),
  conv2d: conv(nn.conv2d),
  conv3d: conv(nn.conv3d),
  conv_general: general,
  conv_transpose1d: transposed(nn.convTranspose1d),
  conv_transpose2d: transposed(nn.convTranspose2d),
  conv_transpose3d: transposed(nn.convTranspose3d),
  conv_transpose_same: transposedSame,
};
