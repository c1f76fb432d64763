import { type Elements, elementsOf, type Touch } from "./elements.ts";
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
