import type { ProductIR } from "../../ir/types.ts";
import type { FinishCode } from "./finish.ts";
import type { OperandCode } from "./operand.ts";
import {
  COMPONENTS,
  declaration,
  fetch,
  put,
  quadsAt,
  quadsOfK,
  rowsAlongK,
  type Side,
  sideOf,
  slots,
  swap,
} from "./side.ts";
import { entry, groupNumber } from "./text.ts";
import type { TileTuning } from "./tuning.ts";

/** Rows of tiles that are walked together, so that their columns are read from the cache. */
const BAND = 8;

/** Workgroups of a tiled product. */
export function tileGroups({ batch, m, n }: ProductIR, tuning: TileTuning): number {
  return batch * tuning.splits * Math.ceil(m / tuning.tileM) * Math.ceil(n / tuning.tileN);
}

/** Steps of k of one part: whole tiles. */
export function splitLength(k: number, step: number, splits: number): number {
  return Math.max(1, Math.ceil(Math.ceil(k / splits) / step)) * step;
}

/**
 * The kernel that sums tiles: the next tile is loaded into registers while the current one is
 * multiplied. Sums are named variables and the inner k is unrolled, because indices into arrays that
 * are not constant are checked.
 */
export function printTiles(
  ir: ProductIR,
  tuning: TileTuning,
  codes: { readonly a: OperandCode; readonly b: OperandCode; readonly finish: FinishCode },
): string {
  const { tileK, rows, columns, isDoubled, splits } = tuning;
  const [a, b] = [sideOf("a", codes.a, tuning), sideOf("b", codes.b, tuning)];
  const length = splitLength(ir.k, tileK, splits);
  const both = [a, b];
  return `${[codes.a, codes.b, codes.finish].map((code) => code.functions).join("\n")}
${both.map((s) => declaration(s)).join("\n")}
${entry(a.threads)}
  ${groupNumber(tileGroups(ir, tuning))}
  ${tilePosition(ir, tuning)}
  let tx = t % ${b.count}u;
  let ty = t / ${b.count}u;
  let base_a = ${codes.a.base("batch")};
  let base_b = ${codes.b.base("batch")};
  let k_begin = part * ${length}u;
  let k_end = min(${ir.k}u, k_begin + ${length}u);
  ${both.map((s) => slots(s)).join("\n  ")}
  ${both.map((s) => fetch(s, "k_begin", true)).join("\n  ")}
  ${sums(rows, columns)}
  ${isDoubled ? "var at_a = 0u;\n  var at_b = 0u;" : ""}
  for (var k0 = k_begin; k0 < k_end; k0 += ${tileK}u) {
    ${both.map((s) => put(s)).join("\n    ")}
    workgroupBarrier();
    let next = k0 + ${tileK}u;
    if (next < k_end) {
      ${both.map((s) => fetch(s, "next", false)).join("\n      ")}
    }
${multiply(a, b)}
    ${isDoubled ? both.map(swap).join("\n    ") : "workgroupBarrier();"}
  }
${finishBlock(ir, tuning, a, b, codes.finish)}
}`;
}

/** From the workgroup's number: batch, part of k, and the tile's first row and column. */
function tilePosition({ batch, m, n }: ProductIR, { tileM, tileN, splits }: TileTuning): string {
  const [down, across] = [Math.ceil(m / tileM), Math.ceil(n / tileN)];
  const tiles = down * across;
  const band = BAND * across;
  const inBand = down <= BAND
    ? `let tile_row = in_batch % ${down}u;
  let tile_column = in_batch / ${down}u;`
    : `let first_row = in_batch / ${band}u * ${BAND}u;
  let in_band = in_batch % ${band}u;
  let height = min(${down}u - first_row, ${BAND}u);
  let tile_row = first_row + in_band % height;
  let tile_column = in_band / height;`;
  return `let layer = id / ${tiles}u;
  let batch = layer % ${batch}u;
  let part = ${splits === 1 ? "0u" : `layer / ${batch}u`};
  let in_batch = id % ${tiles}u;
  ${inBand}
  let m0 = tile_row * ${tileM}u;
  let n0 = tile_column * ${tileN}u;`;
}

function sums(rows: number, columns: number): string {
  const names = Array.from(
    { length: rows },
    (_, i) =>
      Array.from({ length: columns / 4 }, (_, j) => `var c${i}_${j} = vec4<f32>();`).join(" "),
  );
  return names.join("\n  ");
}

/** The products of one tile, four steps of k at a time. */
function multiply(a: Side, b: Side): string {
  const lines: string[] = [];
  for (let q = 0; q < quadsOfK(a); q++) {
    lines.push("{", ...rowsAlongK(a, q), ...rowsAlongK(b, q));
    for (let c = 0; c < 4; c++) {
      lines.push("{", ...quadsAt(a, q, c), ...quadsAt(b, q, c));
      for (let i = 0; i < a.own; i++) {
        const x = a.code.along === "k"
          ? `a_${i}.${COMPONENTS[c]}`
          : `a${i >> 2}.${COMPONENTS[i % 4]}`;
        for (let j = 0; j < b.own / 4; j++) {
          lines.push(`c${i}_${j} = fma(vec4<f32>(${x}), b${j}, c${i}_${j});`);
        }
      }
      lines.push("}");
    }
    lines.push("}");
  }
  return lines.map((line) => `    ${line}`).join("\n");
}

/** Hands the sums over, those inside the result. */
function finishBlock(
  { m, n, batch }: ProductIR,
  { tileM, tileN, rows, columns, splits }: TileTuning,
  a: Side,
  b: Side,
  finish: FinishCode,
): string {
  const lines = [
    `  let row = m0 + 4u * ty;`,
    `  let column = n0 + 4u * tx;`,
    `  let target_batch = ${splits === 1 ? "batch" : `part * ${batch}u + batch`};`,
  ];
  for (let i = 0; i < rows; i++) {
    const atRow = `row + ${4 * (i >> 2) * a.count + i % 4}u`;
    const calls = Array.from({ length: columns / 4 }, (_, j) => {
      const atColumn = `column + ${4 * j * b.count}u`;
      const call = finish.quad("target_batch", atRow, atColumn, `c${i}_${j}`);
      return n % tileN === 0 ? call : `if (${atColumn} < ${n}u) { ${call} }`;
    }).join(" ");
    lines.push(m % tileM === 0 ? `  ${calls}` : `  if (${atRow} < ${m}u) { ${calls} }`);
  }
  return lines.join("\n");
}
