import fc, { type Arbitrary } from "npm:fast-check@4.10.2";
import { type DType, isFloat, type Tensor, tensor, type Tree } from "../core/mod.ts";
import { sizeOf } from "../core/internal.ts";

/** Bounds of generated shapes. */
export type ShapeOptions = {
  /** Default 0: scalars are among them. */
  readonly minRank?: number;
  /** Default 4. */
  readonly maxRank?: number;
  /** Default 0: empty tensors are among them. */
  readonly minSide?: number;
  /** Default 4. */
  readonly maxSide?: number;
};

/** What `tensors` generates. */
export type TensorOptions = {
  /** A shape, or where it comes from. Default: `shapes()`. */
  readonly shape?: readonly number[] | Arbitrary<number[]>;
  /** Default f32. */
  readonly dtype?: DType;
  /** Bounds of the elements. Default -2 and 2. */
  readonly min?: number;
  readonly max?: number;
};

/** Shapes. They shrink towards scalars. */
export function shapes(options: ShapeOptions = {}): Arbitrary<number[]> {
  const { minRank = 0, maxRank = 4, minSide = 0, maxSide = 4 } = options;
  const side = fc.integer({ min: minSide, max: maxSide });
  return fc.array(side, { minLength: minRank, maxLength: maxRank });
}

/**
 * Tensors of a shape, with elements between bounds. A counterexample is printed as the expression
 * that makes it.
 *
 * @example
 * ```ts
 * import fc, { type Arbitrary } from "npm:fast-check@4.10.2";
 * import { add } from "../mod.ts";
 * import { assertClose, tensors } from "./mod.ts";
 *
 * const pairs = fc.tuple(tensors({ shape: [2, 3] }), tensors({ shape: [3] }));
 * await fc.assert(
 *   fc.asyncProperty(pairs, ([x, y]) => assertClose(add(x, y), add(y, x))),
 *   { numRuns: 20 },
 * );
 * ```
 */
export function tensors(options: TensorOptions = {}): Arbitrary<Tensor> {
  const { shape = shapes(), dtype = "f32", min = -2, max = 2 } = options;
  const sides = "generate" in shape ? shape : fc.constant([...shape]);
  const element = isFloat(dtype)
    ? fc.float({ min: Math.fround(min), max: Math.fround(max), noNaN: true })
    : fc.integer({ min: Math.ceil(dtype === "bool" ? 0 : min), max: dtype === "bool" ? 1 : max });
  return sides.chain((shape) => {
    const size = sizeOf(shape);
    return fc.array(element, { minLength: size, maxLength: size })
      .map((values) => printable(tensor(values, { shape, dtype }), values));
  });
}

/** Trees with leaves from `leaf`: records and lists, up to `depth` of them within each other. */
export function trees(
  leaf: Arbitrary<Tensor> = tensors(),
  options: { readonly depth?: number } = {},
): Arbitrary<Tree> {
  const { depth = 2 } = options;
  if (depth === 0) return leaf;
  const inner = trees(leaf, { depth: depth - 1 });
  const names = fc.stringMatching(/^[a-z]{1,6}$/);
  const bounds = { minLength: 1, maxLength: 3 };
  return fc.oneof(
    leaf,
    fc.array(inner, bounds),
    fc.dictionary(names, inner, { minKeys: 1, maxKeys: 3, noNullPrototype: true }),
  );
}

/** `x`, which fast-check prints with its elements. */
function printable(x: Tensor, values: readonly number[]): Tensor {
  const text = `tensor([${values}], { shape: [${x.shape}], dtype: "${x.dtype}" })`;
  return Object.defineProperty(x, fc.toStringMethod, { value: () => text });
}
