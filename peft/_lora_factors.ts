import {
  convert,
  dense,
  div,
  matmul,
  mul,
  normal,
  qr,
  type Shape,
  slice,
  splitKey,
  sqrt,
  svd,
  type Tensor,
  transpose,
} from "../core/mod.ts";
import type { Module } from "./layout.ts";

/** The two factors of a module, and what they are multiplied by. */
export type Factors = { readonly lora_A: Tensor; readonly lora_B: Tensor };

/** Initialisations that take the factors from the weight and leave the rest of it as the base. */
export type Decomposition = "pissa" | "olora";

/** Whether `init` is one of those. */
export function isDecomposition(init: unknown): init is Decomposition {
  return init === "pissa" || init === "olora";
}

/**
 * Factors taken from the weight itself.
 *
 * - PiSSA: the leading r singular triplets, √(S/s) on either side, so that s·B·A is the best
 *   approximation of rank r
 * - OLoRA: the first r columns of Q and rows of R
 *
 * @param options rank and scale of the module
 * @see Meng et al. 2024, arXiv:2404.02948; Büyükakyüz 2024, arXiv:2406.01775
 */
export function decompose(
  module: Module,
  kind: Decomposition,
  options: { readonly r: number; readonly scale: number },
): Factors {
  const { r, scale } = options;
  const stored = convert(dense(module.weight), "f32");
  const weight = module.layout === "conv1d" ? transpose(stored) : stored; // [out, in]
  const [out, inputs] = weight.shape;
  if (kind === "olora") {
    const [q, rest] = qr(weight);
    return {
      lora_A: slice(rest, { start: [0, 0], stop: [r, inputs!] }),
      lora_B: slice(q, { start: [0, 0], stop: [out!, r] }),
    };
  }
  const [u, s, vh] = svd(weight);
  const root = sqrt(div(slice(s, { start: [0], stop: [r] }), scale)); // [r]
  const left = slice(u, { start: [0, 0], stop: [out!, r] });
  const right = transpose(slice(vh, { start: [0, 0], stop: [r, inputs!] })); // [in, r]
  return { lora_A: transpose(mul(root, right)), lora_B: mul(root, left) };
}

/** The best approximation B·A of rank r to a matrix [out, in]; B has the singular values. */
export function truncatedSvd(matrix: Tensor, r: number): Factors {
  const [u, s, vh] = svd(matrix);
  const [out, inputs] = matrix.shape;
  return {
    lora_A: slice(vh, { start: [0, 0], stop: [r, inputs!] }),
    lora_B: mul(slice(s, { start: [0], stop: [r] }), slice(u, { start: [0, 0], stop: [out!, r] })),
  };
}

/**
 * Random factors with B·A close to zero but neither of them: their inner sides are perpendicular.
 *
 * @throws {RangeError} if the rank is odd
 */
export function orthogonalFactors(
  key: Tensor,
  shapes: { readonly A: Shape; readonly B: Shape },
): Factors {
  const [r, inputs] = shapes.A as readonly [number, number];
  const out = shapes.B[0]!;
  if (r % 2 !== 0) {
    throw new RangeError(
      `Cannot use init_lora_weights "orthogonal" with r ${r}: half of the directions go to ` +
        `either factor; use an even rank`,
    );
  }
  const [forQ, forA, forB] = splitKey(key, 3);
  const [q] = qr(normal(forQ, [r, r]));
  const rows = (first: number): Tensor =>
    slice(q, { start: [first, 0], stop: [r, r], step: [2, 1] }); // [r / 2, r]
  return {
    lora_A: mul(0.1, transpose(matmul(normal(forA, [inputs, r / 2]), rows(0)))),
    lora_B: mul(0.1, matmul(normal(forB, [out, r / 2]), rows(1))),
  };
}
