import { range } from "../../../core/internal.ts";
import type { StridedView } from "../../ir/attention.ts";
import { u32 } from "../product/text.ts";
import { type Frame, quadsOf, rowPlace } from "./frame.ts";
import type { Plan } from "./plan.ts";

/** The rows that a workgroup walks over: tiles of them in its memory, four at a time. */

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
      const place = rowPlace(view, "at", head);
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
function inTile({ quads, parts }: Plan, r: number, i: number): string {
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
