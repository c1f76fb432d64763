import type { DType } from "../../../core/mod.ts";
import { bytesOf } from "../../../core/internal.ts";
import type { Bindings } from "./bindings.ts";
import { registerOf } from "./scalar.ts";

/** The expression of element `at` of a buffer, widened to the register type of its dtype. */
export function printLoad(bindings: Bindings, buffer: number, dtype: DType, at: string): string {
  const use = bindings.use(buffer, "read");
  const bytes = bytesOf(dtype);
  if (bytes === 4) return fromWord(dtype, use.read(at), use.elements === "f32");
  if (use.elements === "f16") return `f32(${use.read(at)})`;
  const perWord = 4 / bytes;
  const bits = 8 * bytes;
  const word = use.read(`(${at}) / ${perWord}u`);
  const shifted = `(${word} >> ((${at}) % ${perWord}u * ${bits}u))`;
  switch (dtype) {
    case "i8":
      return `(bitcast<i32>(${shifted} << 24u) >> 24u)`;
    case "bool":
      return `((${shifted} & 255u) != 0u)`;
    case "u8":
      return `(${shifted} & 255u)`;
    default:
      return `widen_${dtype}(${shifted} & 0xffffu)`;
  }
}

/** The statement that stores a value, rounded or cut to its dtype, as element `at` of a buffer. */
export function printStore(
  bindings: Bindings,
  buffer: number,
  dtype: DType,
  at: string,
  value: string,
): string {
  const { elements, write, change } = bindings.use(buffer, "write");
  const bytes = bytesOf(dtype);
  if (bytes === 4) {
    const register = registerOf(dtype);
    if (elements === "f32") return write(at, value);
    const word = register === "u32" ? value : `bitcast<u32>(${value})`;
    return elements === "u32" ? write(at, word) : change("Store", at, word);
  }
  if (elements === "f16") return write(at, `to_f16(${value})`);
  const perWord = 4 / bytes;
  const bits = 8 * bytes;
  const mask = bytes === 1 ? "255u" : "0xffffu";
  // The bits of this element alone change, whatever others do to the word meanwhile.
  return `{ let place = (${at}) / ${perWord}u; let by = (${at}) % ${perWord}u * ${bits}u;
  let word = ${narrow(dtype, value)};
  ${change("And", "place", `~(${mask} << by)`)}
  ${change("Or", "place", "word << by")} }`;
}

function fromWord(dtype: DType, word: string, isFloat: boolean): string {
  const register = registerOf(dtype);
  return isFloat || register === "u32" ? word : `bitcast<${register}>(${word})`;
}

function narrow(dtype: DType, value: string): string {
  switch (dtype) {
    case "bool":
      return `select(0u, 1u, ${value})`;
    case "i8":
      return `(bitcast<u32>(${value}) & 255u)`;
    case "u8":
      return `(${value} & 255u)`;
    default:
      return `narrow_${dtype}(${value})`;
  }
}
