import type { DType } from "../../../core/mod.ts";
import { bytesOf } from "../../../core/internal.ts";
import type { Binding } from "./kernel.ts";
import type { Switches } from "./target.ts";
import {
  type Accessors,
  accessors,
  WHOLE,
  type Windowed,
  windowFunctions,
  windowName,
  type Windows,
} from "./windows.ts";

/**
 * What the elements of a binding are declared as: f32 where nothing else lies in it, else words, and
 * atomic words where elements smaller than a word are stored, since invocations share those words.
 * f16 where the device has that type and nothing else lies there.
 */
export type Elements = "f32" | "vec4<f32>" | "vec2<u32>" | "f16" | "u32" | "atomic<u32>";

/** The buffers of a kernel as it is printed: one binding for each memory, or for each window of it. */
export type Bindings = {
  /** A buffer's memory, and what it is an array of. */
  readonly use: (buffer: number, access: Binding["access"]) => Use;
  /** The same as quads of f32. */
  readonly quads: (buffer: number, access: Binding["access"]) => Use;
  /** Four halves each as two words, which are only read. */
  readonly halves: (buffer: number) => Use;
  readonly declarations: () => string;
  readonly list: () => Binding[];
  /** Whether the kernel may use operations of subgroups. */
  readonly hasSubgroups: boolean;
  readonly hasF16: boolean;
};

/** A buffer in WGSL. */
export type Use = Accessors & { readonly elements: Elements };

/** A buffer that is read or written as a dtype. */
export type Touch = { readonly buffer: number; readonly dtype: DType; readonly isStore: boolean };

/** A memory that a kernel binds. */
type Bound = {
  readonly name: string;
  readonly buffer: number;
  readonly windows: number;
  access: Binding["access"];
};

/**
 * Names for buffers; `touches` are all that the kernel may do, `memoryOf` says who shares memory,
 * `target` which memories are larger than a binding, and what the device has.
 */
export function newBindings(
  touches: readonly Touch[],
  memoryOf: (buffer: number) => number,
  target: Windows & Partial<Switches> = WHOLE,
): Bindings {
  const elements = elementsOf(touches, memoryOf, target.hasF16 ?? false);
  const used = new Map<number, Bound>();
  const asQuads = new Map<number, Elements>();
  const kindOf = (memory: number): Elements => asQuads.get(memory) ?? elements.get(memory) ?? "f32";
  const use = (buffer: number, access: Binding["access"]): Use => {
    const memory = memoryOf(buffer);
    const kind = kindOf(memory);
    const wanted = access === "write" || kind === "atomic<u32>" ? "write" : "read";
    let found = used.get(memory);
    if (!found) {
      found = { name: `b${used.size}`, buffer, windows: target.count(buffer), access: wanted };
      used.set(memory, found);
    }
    if (wanted === "write") found.access = "write";
    return { elements: kind, ...accessors(found.name, kind, found.windows) };
  };
  return {
    use,
    quads: (buffer, access) => {
      asQuads.set(memoryOf(buffer), "vec4<f32>");
      return use(buffer, access);
    },
    halves: (buffer) => {
      asQuads.set(memoryOf(buffer), "vec2<u32>");
      return use(buffer, "read");
    },
    declarations: () => {
      const lines: string[] = [];
      const functions: string[] = [];
      for (const [memory, { name, access, windows: count }] of used) {
        const isWritten = access === "write";
        const bound: Windowed = { name, elements: kindOf(memory), windows: count, isWritten };
        for (let window = 0; window < count; window++) {
          const at = `@group(0) @binding(${lines.length})`;
          const variable = `var<storage, ${isWritten ? "read_write" : "read"}>`;
          lines.push(`${at} ${variable} ${windowName(bound, window)}: array<${bound.elements}>;`);
        }
        if (count > 1) functions.push(windowFunctions(bound, target.bytes));
      }
      return [...lines, ...functions].join("\n");
    },
    list: () =>
      [...used.values()].flatMap(({ buffer, access, windows: count }) =>
        Array.from({ length: count }, (_, window) => ({ buffer, access, window }))
      ),
    hasF16: target.hasF16 ?? false,
    hasSubgroups: (target.subgroups ?? "none") !== "none",
  };
}

/** What each memory is an array of. */
function elementsOf(
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
