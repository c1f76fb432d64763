import type { BodyProgram, CpuProgram } from "../compiled.ts";

/** What a running loop needs of its surroundings. */
export type Surroundings = {
  /** The bytes of the memory. */
  readonly bytes: () => Uint8Array<ArrayBufferLike>;
  /** Runs a program with the addresses of its slots. */
  readonly run: (program: CpuProgram, addresses: Int32Array<ArrayBuffer>) => void;
  /** Addresses of the loop's operands and results. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
};

/** Enters the addresses of the arena. */
export function placeArena({ program, addresses }: BodyProgram, arena: number): void {
  program.plan.places.forEach((place, slot) => {
    if (place.kind === "arena") addresses[slot] = arena + place.offset;
  });
}

/** Enters the address of an input. */
export function placeInput({ inputSlots, addresses }: BodyProgram, i: number, at: number): void {
  for (const slot of inputSlots[i]!) addresses[slot] = at;
}

/** Enters the address of a block. */
export function placeBlock({ blockSlots, addresses }: BodyProgram, i: number, at: number): void {
  for (const slot of blockSlots[i]!) addresses[slot] = at;
}

/** Where result number `i` of a body is after a turn. Input addresses are those of that turn. */
export function resultAt({ body, program, inputSlots, addresses }: BodyProgram, i: number): number {
  const { kind, index } = body.results[i]!;
  const slot = kind === "input" ? inputSlots[index]![0]! : program.outputs[index]!;
  return addresses[slot]! >>> 0;
}

/** Copies bytes, if they are not there already. */
export function copy({ bytes }: Surroundings, from: number, to: number, count: number): void {
  if (from !== to && count > 0) bytes().copyWithin(to, from, from + count);
}
