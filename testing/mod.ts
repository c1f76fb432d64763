/**
 * Laws for property-based experiments: generators of tensors and trees for fast-check, and checks
 * that derivatives, pullbacks and batching are what they say.
 *
 * @module
 */
export { assertClose, type Tolerance } from "./assert_close.ts";
export { checkAdjoint } from "./check_adjoint.ts";
export { checkBatching } from "./check_batching.ts";
export { checkGradient, type GradientOptions } from "./check_gradient.ts";
export { type ShapeOptions, shapes, type TensorOptions, tensors, trees } from "./generators.ts";
