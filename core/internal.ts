/**
 * What the other rooms need of core and users do not: tracing, interning, storage, and the parts of
 * primitives that rules share. It may change at any time.
 *
 * @module
 */
export { environment } from "./backend.ts";
export { record } from "./bind.ts";
export { turn } from "./breathe.ts";
export { bytesOf, integerRange, refuseF64, storageView } from "./dtype.ts";
export { ready } from "./evaluate.ts";
export { expandGraph } from "./expand_graph.ts";
export { extract, type Extracted } from "./extract.ts";
export { fromBf16, fromF16, toBf16, toF16 } from "./half.ts";
export { heldTensors } from "./held.ts";
export { narrow, roundTo, widen } from "./host.ts";
export { avalId, intern, memo, signatureOf } from "./intern.ts";
export { refusePromise } from "./jit.ts";
export { fromStorage } from "./literal.ts";
export {
  attentionResult,
  attentionWeights,
  causalMask,
  hasManyKeys,
  HIDDEN_SCORE,
  seenKeys,
} from "./ops/_attention.ts";
export {
  type AttentionOperands,
  attentionOperands,
  type AttentionParams,
  type AttentionPart,
  type AttentionSizes,
  attentionSizes,
  operandCount,
  scoreDtype,
} from "./primitives/_attention_parts.ts";
export { type AttentionGradParams, attentionP } from "./primitives/attention.ts";
export { addP, addTangents } from "./primitives/add.ts";
export { broadcastFront, reduceSumP, sumAxes } from "./primitives/broadcast_sum.ts";
export { zerosOf } from "./primitives/concatenate.ts";
export { constant } from "./primitives/constant.ts";
export { cumulativeP, type CumulativeParams } from "./primitives/cumulative.ts";
export { dotGeneralP, freeAxes } from "./primitives/dot_general.ts";
export {
  gatherRows,
  scatterP,
  type ScatterParams,
  scatterRows,
} from "./primitives/gather_scatter.ts";
export { negP } from "./primitives/neg.ts";
export { reduceProdP } from "./primitives/reduce_prod.ts";
export { padZeros, sliceAxis, sliceBy } from "./primitives/slice_pad.ts";
export type { SortParams } from "./primitives/sort.ts";
export {
  formatAval,
  formatShape,
  normalizeAxis,
  otherAxes,
  range,
  sameShape,
  sizeOf,
  stridesOf,
} from "./shape.ts";
export { HELD } from "./structured.ts";
export { numberTensor, reader } from "./tensor.ts";
export {
  beginPhase,
  closeKernel,
  insideLoops,
  type KernelRun,
  loopWord,
  openKernel,
  type Timeline,
  timeline,
} from "./timeline.ts";
export { applyGraph, eliminateDead, trace, traceClosed } from "./trace.ts";
export { treeMatch } from "./tree.ts";
export { definePlainUse } from "./weight.ts";
