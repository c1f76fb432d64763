import type { ScanLoop } from "../../../core/mod.ts";
import { bytesOfAval } from "../../plan/bytes.ts";
import type { BodyProgram } from "../compiled.ts";
import { endCarry, moveOn, placeCarry, startCarry } from "./carry.ts";
import { copy, placeBlock, placeInput, resultAt, type Surroundings } from "./turn.ts";

/** A stacked array: address, and bytes of a slice. */
type Stack = { readonly base: number; readonly bytes: number };

/** Runs a scan: slices are read and written in the stacked arrays, carries in the loop's space. */
export function runScan(
  { consts, carry, length, reverse }: ScanLoop,
  at: BodyProgram,
  around: Surroundings,
  space: number,
): void {
  const { inputs, outputs } = around;
  const { avals } = at.body.graph;
  const sliced = consts + carry;
  const operands = inputs.slice(sliced).map((base, i): Stack => ({
    base,
    bytes: bytesOfAval(avals[sliced + i]!),
  }));
  const stacks = outputs.slice(carry).map((base, i): Stack => ({
    base,
    bytes: bytesOfAval(avals[valueOf(at, carry + i)]!),
  }));
  const blocks = ownBlocks(at, carry);
  for (let i = 0; i < consts; i++) placeInput(at, i, inputs[i]!);
  const state = startCarry(at, around, space, inputs.slice(consts, sliced));
  for (let turn = 0; turn < length; turn++) {
    const slice = reverse ? length - 1 - turn : turn;
    placeCarry(at, state);
    operands.forEach(({ base, bytes }, i) => placeInput(at, sliced + i, base + slice * bytes));
    stacks.forEach(({ base, bytes }, i) => {
      if (blocks[i]! >= 0) placeBlock(at, blocks[i]!, base + slice * bytes);
    });
    around.run(at.program, at.addresses);
    stacks.forEach(({ base, bytes }, i) => {
      if (blocks[i]! < 0) copy(around, resultAt(at, carry + i), base + slice * bytes, bytes);
    });
    moveOn(at, state);
  }
  endCarry(at, state, around);
}

/** The value of the Graph that a result is. */
export function valueOf({ body }: BodyProgram, i: number): number {
  const { kind, index } = body.results[i]!;
  return kind === "input" ? index : body.graph.outputs[index]!;
}

/**
 * For every result from number `from` on, the block that is it alone, so that the program can write
 * it where it belongs; -1 where it has to be copied: inputs, carries, results met before.
 */
export function ownBlocks({ body, blockOf, buffers }: BodyProgram, from: number): number[] {
  const taken = new Set<number>();
  return body.results.slice(from).map(({ kind, index }) => {
    const block = kind === "output" ? blockOf[index]! : -1;
    if (block < 0 || buffers.blockClass[block]! >= 0 || taken.has(block)) return -1;
    taken.add(block);
    return block;
  });
}
