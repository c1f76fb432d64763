import { type AttentionSizes, range } from "../../../core/internal.ts";
import {
  type AttentionIR,
  type AttentionViews,
  sizesOf,
  type StridedView,
  viewsOf,
} from "../../ir/attention.ts";
import { term, u32 } from "../product/text.ts";
import type { Bindings, Use } from "../wgsl/bindings.ts";
import { printLoad } from "../wgsl/storage.ts";
import type { Plan } from "./plan.ts";

/**
 * What the attention kernels share. Each workgroup owns rows of one side, queries or keys, and walks
 * over tiles of the other in workgroup memory, four rows at a time. Scores are powers of two: they are
 * scaled by log₂ e, so that exp2 makes the weights.
 */

/** log₂ e. */
export const LOG2E: number = Math.LOG2E;

/** What a kernel is printed from. */
export type Frame = {
  readonly sizes: AttentionSizes;
  readonly views: AttentionViews;
  readonly plan: Plan;
  readonly bindings: Bindings;
  readonly scale: number;
  readonly causal: boolean;
};

/** A kernel's text and workgroups. */
export type Printed = { readonly body: string; readonly groups: number };

/** The frame of a kernel whose operands of rows are read as quads. */
export function newFrame(ir: AttentionIR, plan: Plan, bindings: Bindings): Frame {
  const { scale, causal } = ir.params;
  return { sizes: sizesOf(ir), views: viewsOf(ir), plan, bindings, scale, causal };
}

/** A buffer of rows, as quads. */
export function quadsOf({ bindings }: Frame, { buffer }: StridedView): Use {
  return bindings.quads(buffer, "read");
}

/** Place of the first quad of a row. */
export function rowPlace({ offset, strides }: StridedView, position: string, head: string): string {
  const [b, t, h] = strides as readonly [number, number, number];
  const place = u32(offset / 4) + term("text", b / 4) + term(position, t / 4) + term(head, h / 4);
  return `(${place})`;
}

/** Place of a number of a query, [B, H, T]. */
export function sumPlace({ offset, strides }: StridedView, position: string): string {
  const [b, h, t] = strides as readonly [number, number, number];
  return `${u32(offset)}${term("text", b)}${term("head", h)}${term(position, t)}`;
}

/** Place of an element over [B, H, T, S]. */
export function scorePlace(view: StridedView, query: string, key: string): string {
  const [b, h, t, s] = view.strides as readonly [number, number, number, number];
  const place = u32(view.offset) + term("text", b) + term("head", h);
  return `${place}${term(query, t)}${term(key, s)}`;
}

/**
 * What changes scores `s` of four pairs: `seen` is narrowed by the mask, and biases are added. The
 * positions of the pairs are expressions of their number.
 */
export function changeScores(
  { bindings, views: { bias, mask } }: Frame,
  query: (r: number) => string,
  key: (r: number) => string,
): string[] {
  const lines: string[] = [];
  if (bias) {
    const values = range(4).map((r) => readElement(bindings, bias, query(r), key(r)));
    lines.push(`s += ${LOG2E} * vec4<f32>(${values.join(", ")});`);
  }
  if (mask) {
    const values = range(4).map((r) =>
      printLoad(bindings, mask.buffer, "bool", scorePlace(mask, query(r), key(r)))
    );
    lines.push(`seen = seen & vec4<bool>(${values.join(", ")});`);
  }
  return lines;
}

function readElement(bindings: Bindings, view: StridedView, query: string, key: string): string {
  const use = bindings.use(view.buffer, "read");
  const place = scorePlace(view, query, key);
  if (use.elements === "vec4<f32>") return `${use.read(`(${place}) / 4u`)}[(${place}) % 4u]`;
  return printLoad(bindings, view.buffer, "f32", place);
}

/** The query heads that share a key head. */
export function headsEach({ sizes: { heads, groups } }: Pick<Frame, "sizes">): number {
  return heads / groups;
}

/** A number as f32. */
export function number(x: number): string {
  return Number.isInteger(x) && Math.abs(x) < 1e6 ? `${x}.0` : `${x}`;
}

/** Statements on lines of their own. */
export function lines(statements: readonly string[], indent: number): string {
  return statements.join(`\n${" ".repeat(indent)}`);
}
