import * as g from "../../../mod.ts";
import type { MakeOp, OpTable } from "./_table.ts";

const withBias = (y: g.Tensor, bias: g.Tensor | undefined): g.Tensor =>
  bias ? g.add(y, g.reshape(bias, [-1, ...y.shape.slice(2).map(() => 1)])) : y;

const conv: MakeOp = (attrs) => ([x, w, bias]) => {
  const padding = (attrs["padding"] as number[]).map((p) => [p, p] as const);
  const y = g.convGeneral(x!, w!, {
    stride: attrs["stride"] as number[],
    padding,
    rhsDilation: attrs["dilation"] as number[],
    groups: attrs["groups"] as number,
  });
  return [withBias(y, bias)];
};

const transposed: MakeOp = (attrs) => ([x, w, bias]) => {
  const y = g.convTranspose(x!, w!, {
    stride: attrs["stride"] as number[],
    padding: attrs["padding"] as number[],
    outputPadding: attrs["output_padding"] as number[],
    dilation: attrs["dilation"] as number[],
    groups: attrs["groups"] as number,
  });
  return [withBias(y, bias)];
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
  if (attrs["batch_group_count"] !== 1) return null;
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
    });
    return [g.transpose(y, order(`NC${spatial}`, out))];
  };
};

/** Golden ops of convolutions. */
export const convolutions: OpTable = {
  conv1d: conv,
  conv2d: conv,
  conv3d: conv,
  conv_general: general,
  conv_transpose1d: transposed,
  conv_transpose2d: transposed,
  conv_transpose3d: transposed,
};
