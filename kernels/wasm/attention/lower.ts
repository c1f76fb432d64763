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
/** Queries below which a block would be mostly empty. */
const FEW = 16;

/**
 * Whether the CPU attends in blocks: where there is more than one block of keys. Products and a softmax
 * serve shorter texts as well, and keep the weights for the way back (bench/attention.ts).
 */
export function attends(call: AttentionCall): boolean {
  if (!isPlainCall(call)) return false;
  const { time, source, size } = sizesOf(call);
  return time >= FEW && size <= MAX_SIZE && source > KEYS;
}

/** The steps of an attention. */
export function lowerAttention(
  ir: AttentionIR,
  slotOf: (buffer: number) => number,
): AttentionStep[] {
  const { outputs } = ir;
  const { batch, heads, groups, time, source } = sizesOf(ir);
  const viewOf = ({ buffer, offset, strides }: StridedView): ViewStep => {
    return { slot: slotOf(buffer), offset, strides };
  };
  const own = operandsOf(ir, viewOf);
  const nothing = { out: null, lse: null, query: null, key: null, value: null };
  const blocks = Math.ceil(time / QUERIES);
  if (ir.primitive === "attention") {
    const results = { ...nothing, out: viewOf(outputs[0]!), lse: viewOf(outputs[1]!) };
    return [{ ...own, task: "forward", results, tasks: batch * heads * blocks }];
  }
  const wants = wantsOf(ir);
  const want = (part: "query" | "key" | "value"): ViewStep | null =>
    wants.includes(part) ? viewOf(outputs[wants.indexOf(part)]!) : null;
  const results = { ...nothing, query: want("query"), key: want("key"), value: want("value") };
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

/** What all steps of an attention have in common. */
function operandsOf(
  ir: AttentionIR,
  viewOf: (view: StridedView) => ViewStep,
): Omit<AttentionStep, "task" | "results" | "tasks"> {
  const views = viewsOf(ir);
  const maybe = (view: StridedView | null): ViewStep | null => view && viewOf(view);
  return {
    kind: "attention",
    sizes: sizesOf(ir),
    scale: bitsOf(ir.params.scale),
    causal: ir.params.causal,
    query: viewOf(views.query),
    key: viewOf(views.key),
    value: viewOf(views.value),
    bias: maybe(views.bias),
    mask: maybe(views.mask),
    out: maybe(views.out),
    lse: maybe(views.lse),
    ct: maybe(views.ct),
  };
}

/** The bits of a number as f32. */
function bitsOf(x: number): number {
  return new Int32Array(Float32Array.of(x).buffer)[0]!;
}
