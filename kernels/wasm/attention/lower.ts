import {
  type AttentionCall,
  type AttentionIR,
  isPlainCall,
  sizesOf,
  type StridedView,
  viewsOf,
  wantsOf,
} from "../../ir/attention.ts";
import type { AttentionStep, ViewStep } from "./step.ts";
import { KEYS, MAX_SIZE, QUERIES } from "./tile.ts";

/** Tasks from which all gradients of a head are one task: five products for each block, not seven. */
const ENOUGH = 8;
/** Keys, in units of the head size, from which blocks are worth it; and queries. */
const LONG = 4;
const FEW = 16;

/**
 * Whether the CPU attends in blocks: where keys are many, so that scores would leave the caches.
 * Products and a softmax serve shorter texts as well, and keep the weights for the way back.
 */
export function attends(call: AttentionCall): boolean {
  if (!isPlainCall(call)) return false;
  const { time, source, size } = sizesOf(call);
  return time >= FEW && size <= MAX_SIZE && source > LONG * size;
}

/** The steps of an attention. */
export function lowerAttention(
  ir: AttentionIR,
  slotOf: (buffer: number) => number,
): AttentionStep[] {
  const { params, outputs } = ir;
  const sizes = sizesOf(ir);
  const { batch, heads, groups, time, source } = sizes;
  const views = viewsOf(ir);
  const viewOf = ({ buffer, offset, strides }: StridedView): ViewStep => {
    return { slot: slotOf(buffer), offset, strides };
  };
  const maybe = (view: StridedView | null): ViewStep | null => view && viewOf(view);
  const own = {
    kind: "attention",
    sizes,
    scale: bitsOf(params.scale),
    causal: params.causal,
    query: viewOf(views.query),
    key: viewOf(views.key),
    value: viewOf(views.value),
    bias: maybe(views.bias),
    mask: maybe(views.mask),
    out: maybe(views.out),
    lse: maybe(views.lse),
    ct: maybe(views.ct),
  } as const;
  const nothing = { out: null, lse: null, query: null, key: null, value: null };
  const blocks = Math.ceil(time / QUERIES);
  if (ir.primitive === "attention") {
    const results = { ...nothing, out: slotOf(outputs[0]!), lse: slotOf(outputs[1]!) };
    return [{ ...own, task: "forward", results, tasks: batch * heads * blocks }];
  }
  const wants = wantsOf(ir);
  const slot = (part: "query" | "key" | "value"): number | null =>
    wants.includes(part) ? slotOf(outputs[wants.indexOf(part)]!) : null;
  const results = { ...nothing, query: slot("query"), key: slot("key"), value: slot("value") };
  if (batch * groups >= ENOUGH) {
    return [{ ...own, task: "head", results, tasks: batch * groups }];
  }
  const steps: AttentionStep[] = [];
  if (results.key !== null || results.value !== null) {
    const tasks = batch * groups * Math.ceil(source / KEYS);
    steps.push({ ...own, task: "keys", results: { ...results, query: null }, tasks });
  }
  if (results.query !== null) {
    const only = { ...nothing, query: results.query };
    steps.push({ ...own, task: "queries", results: only, tasks: batch * heads * blocks });
  }
  return steps;
}

function bitsOf(x: number): number {
  return new Int32Array(Float32Array.of(x).buffer)[0]!;
}
