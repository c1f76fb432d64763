import { type AttentionSizes, range } from "../../../core/internal.ts";
import {
  type AttentionIR,
  type AttentionViews,
  type StridedView,
  viewsOf,
} from "../../ir/attention.ts";
import { sizesOf } from "../../ir/attention.ts";
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
export function rowPlace(
  { offset, strides }: StridedView,
  text: string,
  position: string,
  head: string,
): string {
  const [b, t, h] = strides as readonly [number, number, number];
  const place = u32(offset / 4) + term(text, b / 4) + term(position, t / 4) + term(head, h / 4);
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

/** Statements that read a thread's quads of an array's row into registers, times `factor`. */
export function loadOwn(
  frame: Frame,
  name: string,
  view: StridedView,
  place: string,
  factor = "",
): string[] {
  const use = quadsOf(frame, view);
  const { quads, parts } = frame.plan;
  return [
    `let ${name}At = ${place} + part;`,
    ...range(quads).map((i) => {
      const value = use.read(`${name}At + ${u32(i * parts)}`);
      return `let ${name}${i} = ${value}${factor && ` * ${factor}`};`;
    }),
  ];
}

/** Registers for sums over a thread's quads. */
export function zeroSums({ plan }: Frame, name: string): string[] {
  return range(plan.quads).map((i) => `var ${name}${i} = vec4<f32>();`);
}

/** Statements that write a thread's sums, times `factor`, as its row of a result. */
export function storeOwn(
  { plan, bindings }: Frame,
  name: string,
  view: StridedView,
  head: string,
  factor: string,
): string[] {
  const use = bindings.quads(view.buffer, "write");
  return [
    `let ${name}To = ${rowPlace(view, "text", "row", head)} + part;`,
    ...range(plan.quads).map((i) =>
      use.write(`${name}To + ${u32(i * plan.parts)}`, `${name}${i} * ${factor}`)
    ),
  ];
}

/** A tile of rows in workgroup memory. */
export type Tile = {
  readonly name: string;
  readonly view: StridedView;
  /** The head that its rows are of. */
  readonly head: string;
};

/** Declarations of tiles, and of the pool through which threads of one row add up. */
export function declareTiles({ plan }: Frame, tiles: readonly string[], exchanged: number): string {
  const quads = plan.quads * plan.parts * plan.tile;
  const lines = tiles.map((name) => `var<workgroup> ${name}: array<vec4<f32>, ${quads}>;`);
  if (plan.parts > 1) {
    lines.push(`var<workgroup> pool: array<vec4<f32>, ${2 * exchanged * plan.threads}>;`);
  }
  return lines.join("\n");
}

/** Statements that fill tiles with rows from `first` on; rows beyond `count` are the last one. */
export function fillTiles(frame: Frame, tiles: readonly Tile[], count: number): string[] {
  const { plan } = frame;
  const quads = plan.quads * plan.parts;
  return [
    `for (var i = t; i < ${u32(plan.tile * quads)}; i += ${u32(plan.threads)}) {`,
    `  let at = min(first + i / ${u32(quads)}, ${u32(count - 1)});`,
    ...tiles.map(({ name, view, head }) => {
      const place = rowPlace(view, "text", "at", head);
      return `  ${name}[i] = ${quadsOf(frame, view).read(`${place} + i % ${u32(quads)}`)};`;
    }),
    "}",
  ];
}

/** Products of a thread's quads with four rows of a tile from row `j` on, as `name`. */
export function dots({ plan }: Frame, name: string, own: string, tile: string): string[] {
  const sums = range(4).map((r) =>
    range(plan.quads).map((i) => `dot(${own}${i}, ${tile}[${inTile(plan, r, i)}])`).join(" + ")
  );
  return [`var ${name} = vec4<f32>(`, ...sums.map((sum) => `  ${sum},`), ");"];
}

/** Place of a thread's quad `i` in row `r` of the four. */
export function inTile({ quads, parts }: Plan, r: number, i: number): string {
  return `base + ${u32(r * quads * parts + i * parts)}`;
}

/** sums += Σ weights · rows, over four rows of a tile. */
export function addRows({ plan }: Frame, sums: string, weights: string, tile: string): string[] {
  return range(plan.quads).map((i) => {
    const terms = range(4).map((r) => `${weights}[${r}] * ${tile}[${inTile(plan, r, i)}]`);
    return `${sums}${i} += ${terms.join(" + ")};`;
  });
}

/** Adds up vectors over the threads of a row; every thread has to come by. */
export function exchange({ plan }: Frame, names: readonly string[]): string[] {
  const { parts, threads } = plan;
  if (parts === 1) return [];
  const slot = (i: number): string => `(turn * ${names.length}u + ${i}u) * ${threads}u`;
  return [
    ...names.map((name, i) => `pool[${slot(i)} + t] = ${name};`),
    "workgroupBarrier();",
    ...names.map((name, i) => {
      const all = range(parts).map((p) => `pool[${slot(i)} + t - part + ${p}u]`);
      return `${name} = ${all.join(" + ")};`;
    }),
    "turn = 1u - turn;",
  ];
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

/** The key heads' share of query heads. */
export function headsEach({ sizes: { heads, groups } }: Pick<Frame, "sizes">): number {
  return heads / groups;
}
