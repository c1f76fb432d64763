import { bindingsFor } from "../../plan/bytes.ts";
import { ELEMENT_BYTES, type Elements } from "./elements.ts";

/**
 * How buffers that are larger than a binding are bound: as several windows of `bytes`, one after
 * another, the last one shorter. An index chooses its window in the shader.
 */
export type Windows = {
  /** Bytes of a window, a multiple of 256. */
  readonly bytes: number;
  /** Windows of a buffer's memory: 1 where one binding reaches all of it. */
  readonly count: (buffer: number) => number;
};

/** Every buffer is bound as one. */
export const WHOLE: Windows = { bytes: Infinity, count: () => 1 };

/** The windows of buffers of so many bytes. */
export function windowsIn(
  { windowBytes }: { readonly windowBytes: number },
  bytesOf: (buffer: number) => number,
): Windows {
  return {
    bytes: windowBytes,
    count: (buffer) => buffer < 0 ? 1 : bindingsFor(bytesOf(buffer), windowBytes),
  };
}

/** A window of a buffer, which may be larger than what lies in it, for a bind group. */
export function windowOf(
  buffer: GPUBuffer,
  window: number,
  { windowBytes }: { readonly windowBytes: number },
): GPUBufferBinding {
  const offset = window === 0 ? 0 : window * windowBytes;
  return { buffer, offset, size: Math.min(windowBytes, buffer.size - offset) };
}

/** How a kernel reads and writes a buffer: expressions and statements over the element's index. */
export type Accessors = {
  readonly read: (at: string) => string;
  readonly write: (at: string, value: string) => string;
  /** For atomic words: replaces, or keeps or adds some of their bits. */
  readonly change: (verb: "Store" | "And" | "Or", at: string, word: string) => string;
};

/** The accessors of a buffer; those of one in windows are calls of its functions. */
export function accessors(name: string, elements: Elements, windows: number): Accessors {
  const isAtomic = elements === "atomic<u32>";
  if (windows > 1) {
    return {
      read: (at) => `${name}_read(${at})`,
      write: (at, value) => `${name}_write(${at}, ${value});`,
      change: (verb, at, word) => `${name}_${verb.toLowerCase()}(${at}, ${word});`,
    };
  }
  return {
    read: (at) => isAtomic ? `atomicLoad(&${name}[${at}])` : `${name}[${at}]`,
    write: (at, value) => `${name}[${at}] = ${value};`,
    change: (verb, at, word) => `atomic${verb}(&${name}[${at}], ${word});`,
  };
}

/** A buffer in windows, each a variable of its own. */
export type Windowed = {
  readonly name: string;
  readonly elements: Elements;
  readonly windows: number;
  readonly isWritten: boolean;
};

/** The name of one window of a buffer; its own where there is one. */
export function windowName({ name, windows }: Windowed, window: number): string {
  return windows === 1 ? name : `${name}_${window}`;
}

/** The functions behind the accessors of a buffer in windows of so many bytes. */
export function windowFunctions(buffer: Windowed, windowBytes: number): string {
  const { name, elements, windows, isWritten } = buffer;
  if (windows === 1) return "";
  const length = windowBytes / ELEMENT_BYTES[elements];
  const choose = (statement: (place: string) => string): string =>
    Array.from({ length: windows }, (_, window) => {
      const at = window === 0 ? "at" : `at - ${window * length}u`;
      const chosen = `{ ${statement(`${windowName(buffer, window)}[${at}]`)} }`;
      return window === windows - 1 ? chosen : `if (at < ${(window + 1) * length}u) ${chosen}`;
    }).join(" else ");
  if (elements === "atomic<u32>") {
    const changes = (["Store", "And", "Or"] as const).map((verb) =>
      `fn ${name}_${verb.toLowerCase()}(at: u32, word: u32) {
  ${choose((place) => `atomic${verb}(&${place}, word);`)}
}`
    );
    const read = `fn ${name}_read(at: u32) -> u32 {
  ${choose((place) => `return atomicLoad(&${place});`)}
}`;
    return [read, ...changes].join("\n");
  }
  const read = `fn ${name}_read(at: u32) -> ${elements} {
  ${choose((place) => `return ${place};`)}
}`;
  if (!isWritten) return read;
  return `${read}
fn ${name}_write(at: u32, value: ${elements}) {
  ${choose((place) => `${place} = value;`)}
}`;
}
