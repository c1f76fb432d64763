import type { ProductIR } from "../../ir/types.ts";
import type { FinishCode } from "./finish.ts";
import type { Along, OperandCode } from "./operand.ts";
import { entry, groupNumber } from "./text.ts";
import { splitLength } from "./tiles.ts";
import type { ThinTuning } from "./tuning.ts";

const COMPONENTS = ["x", "y", "z", "w"];

/** A thin product: few rows of one operand meet many of the other, which is read only once. */
export type ThinShape = {
  /** Whether the few are the columns of the result. */
  readonly isSwapped: boolean;
  readonly few: number;
  readonly many: number;
};

/** Which side of a product is thin. */
export function thinShape({ m, n }: ProductIR): ThinShape {
  return n < m ? { isSwapped: true, few: n, many: m } : { isSwapped: false, few: m, many: n };
}

/** Workgroups of a thin product. */
export function thinGroups(ir: ProductIR, { columns, splits }: ThinTuning): number {
  return ir.batch * splits * Math.ceil(thinShape(ir).many / columns);
}

/** Invocations that share the sums of a workgroup, and the steps of k of one part. */
export function thinSlices(
  k: number,
  { threads, columns, splits }: ThinTuning,
  along: Along,
): { readonly slices: number; readonly length: number } {
  const slices = along === "k" ? threads / columns : threads / (columns / 4);
  return { slices, length: splitLength(k, 4 * slices, splits) };
}

/** Bytes of workgroup memory of a thin product. */
export function thinMemory(ir: ProductIR, { threads }: ThinTuning, along: Along): number {
  return thinShape(ir).few * threads * (along === "k" ? 4 : 16);
}

/**
 * The kernel for few rows. Every invocation owns a column (or four that lie side by side) and every
 * so many steps of k; the sums of one column are added up in workgroup memory, as a tree.
 */
export function printThin(
  ir: ProductIR,
  tuning: ThinTuning,
  codes: { readonly a: OperandCode; readonly b: OperandCode; readonly finish: FinishCode },
): string {
  const { threads, columns, splits } = tuning;
  const { few, many, isSwapped } = thinShape(ir);
  const [fewCode, manyCode] = isSwapped ? [codes.b, codes.a] : [codes.a, codes.b];
  const { along } = manyCode;
  const { slices, length } = thinSlices(ir.k, tuning, along);
  const across = Math.ceil(many / columns);
  const type = along === "k" ? "f32" : "vec4<f32>";
  const [place, slice] = along === "k"
    ? [`t / ${slices}u`, `t % ${slices}u`]
    : [`t % ${columns / 4}u * 4u`, `t / ${columns / 4}u`];
  const rows = Array.from({ length: few }, (_, i) => i);
  return `${[codes.a, codes.b, codes.finish].map((code) => code.functions).join("\n")}
var<workgroup> shares: array<${type}, ${few * threads}>;
${entry(threads)}
  ${groupNumber(thinGroups(ir, tuning))}
  let layer = id / ${across}u;
  let batch = layer % ${ir.batch}u;
  let part = ${splits === 1 ? "0u" : `layer / ${ir.batch}u`};
  let at = id % ${across}u * ${columns}u + ${place};
  let slice = ${slice};
  let base_few = ${fewCode.base("batch")};
  let base_many = ${manyCode.base("batch")};
  let k_begin = part * ${length}u;
  let k_end = min(${ir.k}u, k_begin + ${length}u);
  ${rows.map((i) => `var c${i} = ${type}();`).join(" ")}
  for (var k = k_begin + slice * 4u; k < k_end; k += ${slices * 4}u) {
${multiply(fewCode, manyCode, few).map((line) => `    ${line}`).join("\n")}
  }
  ${rows.map((i) => `shares[${i * threads}u + t] = c${i};`).join("\n  ")}
${addUp(rows, threads, slices, along === "k" ? 1 : columns / 4)}
  if (slice == 0u && at < ${many}u) {
    let target_batch = ${splits === 1 ? "batch" : `part * ${ir.batch}u + batch`};
    ${rows.map((i) => `let s${i} = shares[${i * threads}u + t];`).join("\n    ")}
    ${finishLines(few, many, isSwapped, along, codes.finish).join("\n    ")}
  }
}`;
}

/** Four steps of k of the few and the many. */
function multiply(fewCode: OperandCode, manyCode: OperandCode, few: number): string[] {
  const lines: string[] = [];
  const at = (c: number): string => c === 0 ? "k" : `k + ${c}u`;
  if (manyCode.along === "k") lines.push(`let w = ${manyCode.quad("base_many", "at", "k")};`);
  for (let c = 0; c < 4 && manyCode.along === "free"; c++) {
    lines.push(`let w${c} = ${manyCode.quad("base_many", "at", at(c))};`);
  }
  for (let i = 0; i < few && fewCode.along === "k"; i++) {
    lines.push(`let x${i} = ${fewCode.quad("base_few", `${i}u`, "k")};`);
  }
  for (let i = 0; i < few && fewCode.along === "free"; i += 4) {
    for (let c = 0; c < 4; c++) {
      lines.push(`let x${i >> 2}_${c} = ${fewCode.quad("base_few", `${i}u`, at(c))};`);
    }
  }
  for (let c = 0; c < 4; c++) {
    for (let i = 0; i < few; i++) {
      const x = fewCode.along === "k"
        ? `x${i}.${COMPONENTS[c]}`
        : `x${i >> 2}_${c}.${COMPONENTS[i % 4]}`;
      lines.push(
        manyCode.along === "k"
          ? `c${i} = fma(${x}, w.${COMPONENTS[c]}, c${i});`
          : `c${i} = fma(vec4<f32>(${x}), w${c}, c${i});`,
      );
    }
  }
  return lines;
}

/** A tree over the slices, `stride` invocations apart. */
function addUp(rows: readonly number[], threads: number, slices: number, stride: number): string {
  const lines = ["workgroupBarrier();"];
  for (let half = slices / 2; half >= 1; half /= 2) {
    const adds = rows.map((i) =>
      `shares[${i * threads}u + t] += shares[${i * threads + half * stride}u + t];`
    );
    lines.push(`if (slice < ${half}u) { ${adds.join(" ")} }`, "workgroupBarrier();");
  }
  return lines.map((line) => `  ${line}`).join("\n");
}

/** Hands over the sums of one column, or of four. */
function finishLines(
  few: number,
  many: number,
  isSwapped: boolean,
  along: Along,
  finish: FinishCode,
): string[] {
  const rows = Array.from({ length: few }, (_, i) => i);
  if (!isSwapped) {
    return rows.map((i) =>
      along === "k"
        ? finish.one("target_batch", `${i}u`, "at", `s${i}`)
        : finish.quad("target_batch", `${i}u`, "at", `s${i}`)
    );
  }
  const lines: string[] = [];
  for (let e = 0; e < (along === "k" ? 1 : 4); e++) {
    const row = e === 0 ? "at" : `at + ${e}u`;
    const sum = (i: number): string =>
      i >= few ? "0.0" : along === "k" ? `s${i}` : `s${i}.${COMPONENTS[e]}`;
    for (let i = 0; i < few; i += 4) {
      const sums = `vec4<f32>(${[0, 1, 2, 3].map((j) => sum(i + j)).join(", ")})`;
      const call = finish.quad("target_batch", row, `${i}u`, sums);
      lines.push(e === 0 || many % 4 === 0 ? call : `if (${row} < ${many}u) { ${call} }`);
    }
  }
  return lines;
}
