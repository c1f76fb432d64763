import { range } from "../../../core/internal.ts";
import type { StridedView } from "../../ir/attention.ts";
import { u32 } from "../product/text.ts";
import { type Frame, quadsOf, rowPlace } from "./frame.ts";

/** The rows that a workgroup owns: each thread holds quads of one in registers. */

/** Statements that read a thread's quads of row `at` into registers, times `factor`. */
export function loadOwn(
  frame: Frame,
  name: string,
  view: StridedView,
  head: string,
  factor = "",
): string[] {
  const use = quadsOf(frame, view);
  const { quads, parts } = frame.plan;
  return [
    `let ${name}At = ${rowPlace(view, "at", head)} + part;`,
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

/** Statements that write a thread's sums, times `factor`, as row `row` of a result. */
export function storeOwn(
  { plan, bindings }: Frame,
  name: string,
  view: StridedView,
  head: string,
  factor: string,
): string[] {
  const use = bindings.quads(view.buffer, "write");
  return [
    `let ${name}To = ${rowPlace(view, "row", head)} + part;`,
    ...range(plan.quads).map((i) =>
      use.write(`${name}To + ${u32(i * plan.parts)}`, `${name}${i} * ${factor}`)
    ),
  ];
}
