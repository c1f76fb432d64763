import { type FlatTree, type Shape, tensor } from "../core/mod.ts";
import { fromBf16, toBf16 } from "../core/internal.ts";
import { torchGenerator, torchUniform } from "./_torch_random.ts";

/** Shapes of RandLoRA's bases: A [r, 1, small] and B [large, n, r]. */
export type BasesShapes = { readonly A: Shape; readonly B: Shape };

/**
 * Uniform bases of unit deviation, as PEFT draws them: Kaiming's bound 1 / √(last side), one base of
 * B after the other, and every step rounded to bfloat16.
 */
export function drawDense({ A, B }: BasesShapes, seed: number): FlatTree {
  const generator = torchGenerator(seed);
  const draw = (count: number, side: number): Float32Array<ArrayBuffer> => {
    const bound = 1 / Math.sqrt(side);
    return torchUniform(generator, count, { low: -bound, high: bound, round: rounded });
  };
  const [r, , small] = A as readonly [number, number, number];
  const [large, bases] = B as readonly [number, number];
  const valuesA = draw(r * small, small);
  const valuesB = new Float32Array(large * bases * r);
  for (let base = 0; base < bases; base++) {
    const block = draw(large * r, r); // [large, 1, r]
    for (let row = 0; row < large; row++) {
      valuesB.set(block.subarray(row * r, (row + 1) * r), (row * bases + base) * r);
    }
  }
  const normalized = (values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> => {
    const scale = rounded(deviation(values));
    return values.map((value) => rounded(value / scale));
  };
  return {
    randlora_A: tensor(normalized(valuesA), { shape: A }),
    randlora_B: tensor(normalized(valuesB), { shape: B }),
  };
}

/**
 * Bases of -1, 0 and 1 before they are scaled to unit deviation: 1 and -1 with probability
 * 1 / (2 sparsity) each.
 *
 * @see Achlioptas 2003, Database-friendly random projections
 */
export function drawSparse(
  { A, B }: BasesShapes,
  { seed, sparsity }: { readonly seed: number; readonly sparsity: number },
): FlatTree {
  const generator = torchGenerator(seed);
  const edge = 1 / (2 * sparsity);
  const draw = (shape: Shape): Float32Array<ArrayBuffer> => {
    const count = shape.reduce((a, b) => a * b, 1);
    const signs = torchUniform(generator, count, { low: 0, high: 1 }).map((u) =>
      u < Math.fround(edge) ? -1 : u > Math.fround(1 - edge) ? 1 : 0
    );
    const scale = Math.fround(deviation(signs));
    return signs.map((sign) => sign / scale);
  };
  return {
    randlora_A: tensor(draw(A), { shape: A }),
    randlora_B: tensor(draw(B), { shape: B }),
  };
}

/** The standard deviation, with one degree of freedom less than there are values. */
function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}

/** Rounded to bfloat16. */
function rounded(value: number): number {
  return fromBf16(toBf16(value));
}
