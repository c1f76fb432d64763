import type { Tensor } from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import { type Attrs, type MakeOp, number, type OpTable, optional, withAttrs } from "./_table.ts";

const numbers = (value: unknown): readonly number[] => value as readonly number[];

const maxPool = withAttrs((x, attrs) =>
  nn.maxPool(x, { ...geometry(attrs), dilation: numbers(attrs["dilation"]) })
);

const avgPool = withAttrs((x, attrs) =>
  nn.avgPool(x, { ...geometry(attrs), countIncludePad: Boolean(attrs["count_include_pad"]) })
);

function geometry(attrs: Attrs): nn.PoolOptions {
  return {
    kernel: numbers(attrs["kernel"]),
    stride: numbers(attrs["stride"]),
    padding: numbers(attrs["padding"]),
    ceilMode: Boolean(attrs["ceil_mode"]),
  };
}

const adaptive = withAttrs((x, { size }) => nn.adaptiveAvgPool(x, { size: numbers(size) }));

const blocks = (f: (x: Tensor, options: nn.FoldOptions) => Tensor): MakeOp =>
  withAttrs((x, { kernel, stride, padding, dilation, size }) =>
    f(x, {
      kernel: numbers(kernel),
      stride: numbers(stride),
      padding: numbers(padding),
      dilation: numbers(dilation),
      size: numbers(size),
    })
  );

/** Golden ops of pooling, resizing and rearranging. */
export const imageOps: OpTable = {
  adaptive_avg_pool1d: adaptive,
  adaptive_avg_pool2d: adaptive,
  avg_pool1d: avgPool,
  avg_pool2d: avgPool,
  fold: blocks(nn.fold),
  image_resize: withAttrs((x, { shape, method, antialias }) =>
    nn.imageResize(x, numbers(shape), {
      method: method as nn.ResizeMethod,
      antialias: Boolean(antialias),
    })
  ),
  interpolate: withAttrs((x, { size, mode, align_corners }) =>
    nn.interpolate(x, {
      size: numbers(size),
      mode: mode as nn.InterpolateMode,
      alignCorners: Boolean(align_corners),
    })
  ),
  max_pool1d: maxPool,
  max_pool2d: maxPool,
  pixel_shuffle: withAttrs((x, { factor }) => nn.pixelShuffle(x, { factor: number(factor) })),
  reduce_window: withAttrs((x, attrs) => {
    const { padding } = attrs;
    return nn.reduceWindow(x, {
      kind: attrs["kind"] as "max" | "sum",
      window: numbers(attrs["window"]),
      stride: numbers(attrs["strides"]),
      padding: typeof padding === "string"
        ? padding.toLowerCase() as "same" | "valid"
        : padding as readonly (readonly [number, number])[],
      baseDilation: optional<number[]>(attrs["base_dilation"]) ?? 1,
      windowDilation: optional<number[]>(attrs["window_dilation"]) ?? 1,
    });
  }),
  unfold: blocks(nn.unfold),
};
