import { type Fn, unsigned } from "./asm.ts";

/** Pages of 64 KiB that a memory may grow to: 4 GiB. */
export const MAX_PAGES = 65536;

/**
 * The bytes of a module that holds the functions, exports those with a name, and imports its memory
 * as "env"."memory".
 */
export function moduleBytes(fns: readonly Fn[], shared: boolean): Uint8Array<ArrayBuffer> {
  const out = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const { types, typeOf } = signatures(fns);
  section(out, 1, list(types));
  section(out, 2, list([memoryImport(shared)]));
  section(out, 3, list(typeOf.map((type) => number(type))));
  section(out, 7, list(fns.flatMap((fn, i) => fn.name ? [functionExport(fn.name, i)] : [])));
  section(out, 10, list(fns.map(body)));
  return Uint8Array.from(out);
}

function signatures(fns: readonly Fn[]): { types: number[][]; typeOf: number[] } {
  const numbers = new Map<number, number>();
  const types: number[][] = [];
  // Parameters are all i32 and there are no results, so the count is the signature.
  const typeOf = fns.map((fn) => {
    const known = numbers.get(fn.params.length);
    if (known !== undefined) return known;
    numbers.set(fn.params.length, types.length);
    return types.push([0x60, ...list(fn.params.map((type) => [type])), 0]) - 1;
  });
  return { types, typeOf };
}

function memoryImport(shared: boolean): number[] {
  return [...text("env"), ...text("memory"), 2, shared ? 3 : 1, ...number(1), ...number(MAX_PAGES)];
}

function functionExport(name: string, index: number): number[] {
  return [...text(name), 0, ...number(index)];
}

function body(fn: Fn): number[] {
  const runs: [count: number, type: number][] = [];
  for (const type of fn.locals) {
    const last = runs[runs.length - 1];
    if (last && last[1] === type) last[0]++;
    else runs.push([1, type]);
  }
  const inner = list(runs.map(([count, type]) => [...number(count), type]));
  for (const byte of fn.code) inner.push(byte);
  inner.push(0x0b);
  const sized = number(inner.length);
  for (const byte of inner) sized.push(byte);
  return sized;
}

function section(out: number[], id: number, content: readonly number[]): void {
  out.push(id);
  unsigned(content.length, out);
  for (const byte of content) out.push(byte);
}

function list(items: readonly (readonly number[])[]): number[] {
  const out = number(items.length);
  for (const item of items) for (const byte of item) out.push(byte);
  return out;
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...number(bytes.length), ...bytes];
}

function number(value: number): number[] {
  const out: number[] = [];
  unsigned(value, out);
  return out;
}
