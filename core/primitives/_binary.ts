import { bind } from "../bind.ts";
import { type DType, promoteNumber, promoteTypes } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { broadcastShapes, formatShape, range, sameShape, type Shape } from "../shape.ts";
import { isTensor, numberTensor, type Tensor } from "../tensor.ts";
import type { BinaryPrimitive } from "./_elementwise.ts";
import { broadcastInDim } from "./broadcast_sum.ts";
import { convert } from "./convert.ts";
import { reshape } from "./reshape.ts";

/** A tensor, or a number, which takes the dtype of what it meets. */
export type Operand = Tensor | number;

/** Applies a binary primitive after promotion and broadcasting. */
export function binary(primitive: BinaryPrimitive, x: Operand, y: Operand): Tensor {
  const [a, b] = alike(primitive.name, x, y);
  return bind(primitive, [a, b], null)[0];
}

/** Both operands with one dtype and one shape. */
export function alike(op: string, x: Operand, y: Operand): readonly [Tensor, Tensor] {
  const dtype = commonDtype(x, y);
  const a = asTensor(x, dtype);
  const b = asTensor(y, dtype);
  if (sameShape(a.shape, b.shape)) return [a, b];
  const shape = broadcastShapes(a.shape, b.shape, op);
  return [broadcastTo(a, shape), broadcastTo(b, shape)];
}

/** The dtype in which two operands meet. */
export function commonDtype(x: Operand, y: Operand): DType {
  if (typeof x === "number") {
    return typeof y === "number" ? "f32" : promoteNumber(dtypeOf(y), x);
  }
  const own = dtypeOf(x);
  return typeof y === "number" ? promoteNumber(own, y) : promoteTypes(own, dtypeOf(y));
}

/** Callers without types pass arrays, and what they have not defined. */
function dtypeOf(x: Tensor): DType {
  if (isTensor(x)) return x.dtype;
  const what = Array.isArray(x) ? "array" : typeof x;
  throw new TypeError(
    `Cannot use a value of type ${what} as an operand: operands are tensors and numbers; ` +
      "wrap it: tensor(x)",
  );
}

/** An operand as a tensor of `dtype`. */
export function asTensor(x: Operand, dtype: DType): Tensor {
  return typeof x === "number" ? numberTensor(x, dtype) : convert(x, dtype);
}

/** `x` repeated to `shape` as NumPy broadcasts: axes are matched from the right, side 1 stretches. */
export function broadcastTo(x: Tensor, shape: Shape): Tensor {
  if (sameShape(x.shape, shape)) return x;
  const joint = broadcastShapes(x.shape, shape, "broadcast");
  if (!sameShape(joint, shape)) {
    throw new ShapeError(
      `Cannot broadcast ${formatShape(x.shape)} to ${formatShape(shape)}: ` +
        `only axes of side 1 stretch, and no axis can go`,
      "broadcast",
      [x.shape, shape],
    );
  }
  const offset = shape.length - x.shape.length;
  const stretched = range(x.shape.length).filter((i) => x.shape[i] !== shape[offset + i]);
  const kept = range(x.shape.length).filter((i) => !stretched.includes(i));
  const dropped = stretched.length === 0 ? x : dropAxes(x, kept);
  return broadcastInDim(dropped, { shape, dims: kept.map((i) => i + offset) });
}

function dropAxes(x: Tensor, kept: readonly number[]): Tensor {
  return reshape(x, kept.map((i) => x.shape[i]!));
}
