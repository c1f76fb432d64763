import type { DType } from "../../../core/mod.ts";
import { registerOf, wrap } from "./scalar.ts";

/** Conversion between dtypes: core's convert_element_type. */
export function convertTo(from: DType, to: DType, x: string): string {
  const source = registerOf(from);
  const target = registerOf(to);
  if (source === "f32") return fromFloat(to, x);
  if (source === "bool") return target === "bool" ? x : `${target}(${x})`;
  if (target === "bool") return `(${x} != ${source}(0))`;
  if (target === "f32") return roundFloat(to, `f32(${x})`);
  return wrap(to, source === target ? x : `bitcast<${target}>(${x})`);
}

function fromFloat(to: DType, x: string): string {
  switch (registerOf(to)) {
    case "f32":
      return roundFloat(to, x);
    case "bool":
      return `!(${x} == 0.0f)`;
    case "u32":
      return to === "u8" ? `min(to_u32(${x}), 255u)` : `to_u32(${x})`;
    case "i32":
      return to === "i8" ? `clamp(to_i32(${x}), -128i, 127i)` : `to_i32(${x})`;
  }
}

/** A float rounded to what the dtype can hold. */
function roundFloat(to: DType, x: string): string {
  if (to !== "f16" && to !== "bf16") return x;
  return `widen_${to}(narrow_${to}(${x}))`;
}

/** The same bits as another dtype. Registers of narrow types hold the widened value. */
export function reinterpret(from: DType, to: DType, x: string): string {
  if (from !== to && (from === "f16" || from === "bf16")) {
    return `widen_${to}(narrow_${from}(${x}))`;
  }
  const [source, target] = [registerOf(from), registerOf(to)];
  return wrap(to, source === target ? x : `bitcast<${target}>(${x})`);
}
