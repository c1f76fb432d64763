import {
  convert,
  convGeneral,
  dotGeneral,
  promoteTypes,
  ShapeError,
  take,
  type Tensor,
} from "../core/mod.ts";
import { definePlainUse, formatShape } from "../core/internal.ts";

// What layers do with a plain tensor as their weight: the products of the whole library.
definePlainUse((weight, x, use) => {
  switch (use.kind) {
    case "linear":
      return contractLast(x, weight, { axis: use.inAxis });
    case "unembed":
      return contractLast(x, weight, { axis: 1 });
    case "lookup":
      return take(weight, x, { axis: 0 });
    case "conv": {
      const { stride, padding, dilation, groups } = use;
      const dtype = promoteTypes(x.dtype, weight.dtype);
      const geometry = { stride, padding, rhsDilation: dilation, groups };
      return convGeneral(convert(x, dtype), convert(weight, dtype), geometry);
    }
  }
});

/** x [..., in] with a matrix whose axis `axis` is the input: [..., out], in the promoted dtype. */
function contractLast(x: Tensor, matrix: Tensor, options: { readonly axis: 0 | 1 }): Tensor {
  const last = x.shape.length - 1;
  if (last < 0 || matrix.shape.length !== 2 || x.shape[last] !== matrix.shape[options.axis]) {
    throw new ShapeError(
      `Cannot apply a weight ${formatShape(matrix.shape)} to ${formatShape(x.shape)}: the last ` +
        `side of the input must be side ${options.axis} of the weight; ` +
        `check the input or the layout of the weight`,
      "linear",
      [x.shape, matrix.shape],
    );
  }
  return dotGeneral(x, matrix, { contract: [[last], [options.axis]] });
}
