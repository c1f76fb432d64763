import type { DType } from "../../../core/mod.ts";
import { bytesOf } from "../../../core/internal.ts";
import type { Binding } from "./kernel.ts";

/**
 * What the elements of a binding are declared as: f32 where nothing else lies in it, else words, and
 * atomic words where elements smaller than a word are stored, since invocations share those words.
 */
export type Elements = "f32" | "vec4<f32>" | "u32" | "atomic<u32>";

/** The buffers of a kernel as it is printed: one binding for each memory. */
export type Bindings = {
  /** The name of a buffer's memory, and what it is an array of. */
  readonly use: (buffer: number, access: Binding["access"]) => Use;
  /** The same as quads of f32. */
  readonly quads: (buffer: number, access: Binding["access"]) => string;
  readonly declarations: () => string;
  readonly list: () => Binding[];
};

/** A buffer in WGSL. */
export type Use = { readonly name: string; readonly elements: Elements };

/** A buffer that is read or written as a dtype. */
export type Touch = { readonly buffer: number; readonly dtype: DType; readonly isStore: boolean };

/** Names for buffers; `touches` are all that the kernel may do, `memoryOf` says who shares memory. */
export function newBindings(
  touches: readonly Touch[],
  memoryOf: (buffer: number) => number,
): Bindings {
  const elements = new Map<number, Elements>();
  for (const { buffer, dtype, isStore } of touches) {
    const memory = memoryOf(buffer);
    const known = elements.get(memory);
    if (isStore && bytesOf(dtype) < 4 || known === "atomic<u32>") {
      elements.set(memory, "atomic<u32>");
    } else {
      elements.set(memory, dtype === "f32" && (known ?? "f32") === "f32" ? "f32" : "u32");
    }
  }
  const used = new Map<number, { name: string; buffer: number; access: Binding["access"] }>();
  const asQuads = new Set<number>();
  const use = (buffer: number, access: Binding["access"]): Use => {
    const memory = memoryOf(buffer);
    const kind = elements.get(memory) ?? "f32";
    const wanted = access === "write" || kind === "atomic<u32>" ? "write" : "read";
    let found = used.get(memory);
    if (!found) used.set(memory, found = { name: `b${used.size}`, buffer, access: wanted });
    if (wanted === "write") found.access = "write";
    return { name: found.name, elements: kind };
  };
  return {
    use,
    quads: (buffer, access) => {
      asQuads.add(memoryOf(buffer));
      return use(buffer, access).name;
    },
    declarations: () =>
      [...used].map(([memory, { name, access }], i) => {
        const type = asQuads.has(memory) ? "vec4<f32>" : elements.get(memory) ?? "f32";
        const mode = access === "write" ? "read_write" : "read";
        return `@group(0) @binding(${i}) var<storage, ${mode}> ${name}: array<${type}>;`;
      }).join("\n"),
    list: () => [...used.values()].map(({ buffer, access }) => ({ buffer, access })),
  };
}
