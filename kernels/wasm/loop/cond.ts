import { bytesOfAval } from "../../plan/bytes.ts";
import type { BodyProgram } from "../compiled.ts";
import { ownBlocks, valueOf } from "./scan.ts";
import { copy, placeBlock, placeInput, resultAt, type Surroundings } from "./turn.ts";

/** Runs a branch on the operands behind the first; it writes to the results of the whole. */
export function runBranch(branch: BodyProgram, around: Surroundings): void {
  const { inputs, outputs } = around;
  inputs.slice(1).forEach((address, i) => placeInput(branch, i, address));
  const blocks = ownBlocks(branch, 0);
  blocks.forEach((block, i) => {
    if (block >= 0) placeBlock(branch, block, outputs[i]!);
  });
  around.run(branch.program, branch.addresses);
  blocks.forEach((block, i) => {
    const bytes = bytesOfAval(branch.body.graph.avals[valueOf(branch, i)]!);
    if (block < 0) copy(around, resultAt(branch, i), outputs[i]!, bytes);
  });
}
