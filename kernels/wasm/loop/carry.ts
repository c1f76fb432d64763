import { bytesOfAval } from "../../plan/bytes.ts";
import type { BodyProgram } from "../compiled.ts";
import { copy, placeBlock, placeInput, resultAt, type Surroundings } from "./turn.ts";

/** The state of a loop: where every carry is, and which buffers of each class are free. */
export type Carry = { readonly state: number[]; readonly free: readonly number[][] };

/** The first carry: where a turn would change it, a copy in the loop's results. */
export function startCarry(
  { body, buffers }: BodyProgram,
  around: Surroundings,
  space: number,
  operands: readonly number[],
): Carry {
  const free = buffers.classes.map(({ offset, pitch, count }) =>
    Array.from({ length: count }, (_, i) => space + offset + i * pitch)
  );
  const state = operands.map((address, i) => {
    if (buffers.carryClass[i]! < 0) return address;
    copy(around, address, around.outputs[i]!, bytesOfAval(body.graph.avals[body.first + i]!));
    return around.outputs[i]!;
  });
  return { state, free };
}

/** Before a turn: where it reads the carries, and where it may write the next ones. */
export function placeCarry(at: BodyProgram, { state, free }: Carry): void {
  const { first } = at.body;
  for (let i = 0; i < state.length; i++) placeInput(at, first + i, state[i]!);
  const { blockClass } = at.buffers;
  for (let block = 0; block < blockClass.length; block++) {
    const own = blockClass[block]!;
    if (own >= 0) placeBlock(at, block, free[own]!.pop()!);
  }
}

/** After a turn: the next carry; the buffers of the one before are free. */
export function moveOn(at: BodyProgram, { state, free }: Carry): void {
  const { freed, carryClass } = at.buffers;
  for (const i of freed) free[carryClass[i]!]!.push(state[i]!);
  for (let i = 0; i < state.length; i++) {
    if (carryClass[i]! >= 0) state[i] = resultAt(at, i);
  }
}

/** Moves the last carry to the results of the loop, which may hold each other's. */
export function endCarry({ body }: BodyProgram, { state }: Carry, around: Surroundings): void {
  const bytesOfCarry = (i: number): number => bytesOfAval(body.graph.avals[body.first + i]!);
  const waiting = new Set(state.keys());
  const holds = new Map(state.map((address, i) => [address, i]));
  const settle = (i: number): void => {
    waiting.delete(i);
    const target = around.outputs[i]!;
    if (state[i] === target) return;
    const other = holds.get(target);
    const isHeld = other !== undefined && waiting.has(other);
    // In a circle every value waits for the next: one of them is set aside.
    const aside = isHeld ? around.bytes().slice(state[i]!, state[i]! + bytesOfCarry(i)) : null;
    if (isHeld) settle(other);
    if (aside) around.bytes().set(aside, target);
    else copy(around, state[i]!, target, bytesOfCarry(i));
  };
  for (const i of waiting) settle(i);
}
