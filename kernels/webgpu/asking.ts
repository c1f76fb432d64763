import type { Reader } from "./read.ts";

/** Bytes of a buffer that the host has to see before a run goes on. */
export type Question = { readonly buffer: GPUBuffer; readonly bytes: number };

/**
 * A run that stops where the host has to see something, and is continued with the bytes. It is
 * written once, for providers that read at once and for those that have to be waited for.
 */
export type Asking<T> = Generator<Question, T, Uint8Array<ArrayBuffer>>;

/** Bytes of a buffer, for the run that asks. */
export function* ask(buffer: GPUBuffer, bytes: number): Asking<Uint8Array<ArrayBuffer>> {
  return yield { buffer, bytes };
}

/** Runs to the end, reading at once. */
export function answerAtOnce<T>(run: Asking<T>, reader: Reader): T {
  let step = run.next();
  while (!step.done) step = run.next(reader.readSync(step.value.buffer, step.value.bytes));
  return step.value;
}

/** Runs to the end, waiting for what is read. */
export async function answerLater<T>(run: Asking<T>, reader: Reader): Promise<T> {
  let step = run.next();
  while (!step.done) step = run.next(await reader.read(step.value.buffer, step.value.bytes));
  return step.value;
}
