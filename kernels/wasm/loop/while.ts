import type { WhileLoop } from "../../../core/mod.ts";
import type { BodyProgram } from "../compiled.ts";
import { endCarry, moveOn, placeCarry, startCarry } from "./carry.ts";
import { placeBlock, placeInput, resultAt, type Surroundings } from "./turn.ts";

/** Runs a while loop: the host reads the test before each turn. `flag`: room for its result. */
export function runWhile(
  { testConsts, bodyConsts }: WhileLoop,
  [test, at]: readonly [BodyProgram, BodyProgram],
  around: Surroundings,
  [flag, space]: readonly [number, number],
): void {
  const { inputs, bytes, run } = around;
  const first = testConsts + bodyConsts;
  for (let i = 0; i < testConsts; i++) placeInput(test, i, inputs[i]!);
  for (let i = 0; i < bodyConsts; i++) placeInput(at, i, inputs[testConsts + i]!);
  const state = startCarry(at, around, space, inputs.slice(first));
  test.blockSlots.forEach((_, block) => placeBlock(test, block, flag));
  const isGoing = (): boolean => {
    state.state.forEach((address, i) => placeInput(test, testConsts + i, address));
    run(test.program, test.addresses);
    return bytes()[resultAt(test, 0)] !== 0;
  };
  while (isGoing()) {
    placeCarry(at, state);
    run(at.program, at.addresses);
    moveOn(at, state);
  }
  endCarry(at, state, around);
}
