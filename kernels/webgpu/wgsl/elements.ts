import type { DType } from "../../../core/mod.ts";
import { bytesOf } from "../../../core/internal.ts";

/**
 * What the elements of a binding are declared as: f32 where nothing else lies in it, else words, and
 * atomic words where elements smaller than a word are stored, since invocations share those words.
 * f16 where the device has that type and nothing else lies there.
 */
export type Elements = "f32" | "vec4<f32>" | "vec2<u32>" | "f16" | "u32" | "atomic<u32>";

/** Bytes of an element. */
export const ELEMENT_BYTES: Readonly<Record<Elements, number>> = {
  "vec4<f32>": 16,
  "vec2<u32>": 8,
  "f32": 4,
  "u32": 4,
  "atomic<u32>": 4,
  "f16": 2,
};

/** A buffer that is read or written as a dtype. */
export type Touch = { readonly buffer: number; readonly dtype: DType; readonly isStore: boolean };

/** What each memory is an array of. */
export function elementsOf(
  touches: readonly Touch[],
  memoryOf: (buffer: number) => number,
  hasF16: boolean,
): Map<number, Elements> {
  const elements = new Map<number, Elements>();
  const others = touches.filter(({ dtype }) => !hasF16 || dtype !== "f16");
  const mixed = new Set(others.map(({ buffer }) => memoryOf(buffer)));
  for (const { buffer, dtype, isStore } of touches) {
    const memory = memoryOf(buffer);
    const known = elements.get(memory);
    if (!mixed.has(memory)) elements.set(memory, "f16");
    else if (isStore && bytesOf(dtype) < 4 || known === "atomic<u32>") {
      elements.set(memory, "atomic<u32>");
    } else {
      elements.set(memory, dtype === "f32" && (known ?? "f32") === "f32" ? "f32" : "u32");
    }
  }
  return elements;
}
