/**
 * Values: dtypes, shapes, trees, tensors, primitives, Graphs, jit, weights, random keys.
 *
 * What the other rooms need besides, and users do not, is in core/internal.ts.
 *
 * @module
 */
export {
  type Backend,
  backendOf,
  currentBackend,
  type DeviceBuffer,
  type DeviceName,
  type KernelReport,
  type MemoryUse,
  type Program,
  type ProgramReport,
  registerBackend,
  registeredDevices,
  setDevice,
} from "./backend.ts";
export { bind } from "./bind.ts";
export {
  type DType,
  DTYPES,
  isFloat,
  isInteger,
  promoteTypes,
  type StorageArray,
} from "./dtype.ts";
export * from "./errors.ts";
export { evaluate } from "./evaluate.ts";
export * from "./explain.ts";
export { Graph, type GraphNode } from "./graph.ts";
export type { HostArray } from "./host.ts";
export * from "./init.ts";
export { clearCaches } from "./intern.ts";
export { compileReport, jit, type JitOptions, makeGraph } from "./jit.ts";
export { tensor, type TensorLike } from "./literal.ts";
export type { CondLoop, Loop, ScanLoop, WhileLoop } from "./loop.ts";
export * from "./ops/mod.ts";
export * from "./paths.ts";
export {
  allPrimitives,
  type AnyPrimitive,
  definePrimitive,
  type Each,
  isLinear,
  type JvpResult,
  known,
  type Linear,
  type Primitive,
} from "./primitive.ts";
export * from "./primitives/mod.ts";
export * from "./print/mod.ts";
export * from "./profile.ts";
export type { Profile, ProfilePhase, ProfileRow } from "./profile_rows.ts";
export type { ChromeEvent, ChromeTrace } from "./profile_trace.ts";
export type { PhaseName } from "./timeline.ts";
export * from "./random/mod.ts";
export * from "./scope.ts";
export { type Aval, broadcastShapes, type Shape } from "./shape.ts";
export {
  isStructured,
  type Json,
  STRUCTURED,
  type StructuredWeight,
  type Tree,
} from "./structured.ts";
export { isTensor, Tensor, type TypedArray } from "./tensor.ts";
export {
  type TreeDef,
  treeEntries,
  treeFlatten,
  treeLeaves,
  treeMap,
  treePaths,
  treeSize,
  treeUnflatten,
  treeZip,
} from "./tree.ts";
export {
  applyWeight,
  type ConvUse,
  defineWeight,
  dense,
  type Fields,
  unsupportedUse,
  type Use,
  type Weight,
  type WeightRules,
  weightShape,
} from "./weight.ts";
