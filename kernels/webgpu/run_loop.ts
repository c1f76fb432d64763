import type { Aval, ScanLoop, WhileLoop } from "../../core/mod.ts";
import { bytesOf, storageView, widen } from "../../core/internal.ts";
import { branchOf } from "../ir/loop.ts";
import { bytesOfAval } from "../plan/bytes.ts";
import { ask, type Asking } from "./asking.ts";
import type { BodyProgram, LoopStep } from "./compiled.ts";
import type { GpuPiece } from "./memory.ts";
import type { Run } from "./run.ts";

/** Runs a program inside the call that is being recorded; its results belong to the loop. */
export type RunBody = (
  at: BodyProgram,
  inputs: readonly GpuPiece[],
) => Asking<readonly GpuPiece[]>;

/**
 * Runs a loop: turns of its programs over pieces of the device's memory. What one turn leaves is
 * freed when the next has read it; commands run in order, so that its memory is used again at once.
 */
export function* runLoop(
  run: Run,
  step: LoopStep,
  pieces: readonly GpuPiece[],
  runBody: RunBody,
): Asking<void> {
  const given = step.inputs.map((memory) => pieces[memory]!);
  const outputs = step.outputs.map((memory) => pieces[memory]!);
  const { before, bodies, ir, hoisted: { loop, first, end } } = step;
  const made = before ? yield* runBody(before, given.slice(first, end)) : [];
  const kept = before ? resultsOf(before, given.slice(first, end), made) : [];
  const inputs = [...given.slice(0, end), ...kept, ...given.slice(end)];
  switch (loop.kind) {
    case "scan":
      yield* runScan(run, loop, bodies[0]!, inputs, outputs, runBody);
      break;
    case "cond": {
      const chosen = yield* numberIn(run, inputs[0]!, ir.inputTypes[0]!);
      const branch = branchOf(bodies, chosen);
      const results = yield* runBody(branch, inputs.slice(1));
      copyAll(run, branch, resultsOf(branch, inputs.slice(1), results), outputs);
      freeAll(run, results);
      break;
    }
    case "while":
      yield* runWhile(run, loop, [bodies[0]!, bodies[1]!], inputs, outputs, runBody);
  }
  freeAll(run, made);
}

function* runScan(
  run: Run,
  { consts, carry, length, reverse }: ScanLoop,
  at: BodyProgram,
  inputs: readonly GpuPiece[],
  outputs: readonly GpuPiece[],
  runBody: RunBody,
): Asking<void> {
  const { memory } = run.engine;
  const sliced = consts + carry;
  const stacks = inputs.slice(sliced);
  const slices = stacks.map((_, i) => memory.allocate(bytesOfAval(avalOf(at, sliced + i))));
  let state = startCarry(run, at, inputs.slice(consts, sliced));
  for (let turn = 0; turn < length; turn++) {
    const slice = reverse ? length - 1 - turn : turn;
    stacks.forEach((piece, i) => {
      const { bytes } = slices[i]!;
      run.recorder.copy({ piece, at: slice * bytes }, { piece: slices[i]!, at: 0 }, bytes);
    });
    const operands = [...inputs.slice(0, consts), ...state, ...slices];
    const made = yield* runBody(at, operands);
    const results = resultsOf(at, operands, made);
    results.slice(carry).forEach((piece, i) => {
      const bytes = resultBytes(at, carry + i);
      run.recorder.copy({ piece, at: 0 }, { piece: outputs[carry + i]!, at: slice * bytes }, bytes);
    });
    state = nextCarry(run, results.slice(0, carry), made);
  }
  endCarry(run, at, state, inputs, outputs);
  freeAll(run, slices);
}

function* runWhile(
  run: Run,
  { testConsts, bodyConsts }: WhileLoop,
  [test, at]: readonly [BodyProgram, BodyProgram],
  inputs: readonly GpuPiece[],
  outputs: readonly GpuPiece[],
  runBody: RunBody,
): Asking<void> {
  const first = testConsts + bodyConsts;
  const consts = inputs.slice(testConsts, first);
  let state = startCarry(run, at, inputs.slice(first));
  function* isGoing(): Asking<boolean> {
    const operands = [...inputs.slice(0, testConsts), ...state];
    const made = yield* runBody(test, operands);
    const flag = resultsOf(test, operands, made)[0]!;
    const goes = (yield* numberIn(run, flag, { shape: [], dtype: "bool" })) !== 0;
    freeAll(run, made);
    return goes;
  }
  while (yield* isGoing()) {
    const operands = [...consts, ...state];
    const made = yield* runBody(at, operands);
    state = nextCarry(run, resultsOf(at, operands, made), made);
  }
  endCarry(run, at, state, inputs, outputs);
}

/** The first carry: copies of what a turn may overwrite. */
function startCarry(
  run: Run,
  { body: { donated, first } }: BodyProgram,
  operands: readonly GpuPiece[],
): GpuPiece[] {
  return operands.map((piece, i) => {
    if (!donated[first + i]) return piece;
    const copy = run.engine.memory.allocate(piece.bytes);
    run.recorder.copy({ piece, at: 0 }, { piece: copy, at: 0 }, words(piece.bytes));
    return copy;
  });
}

/** The carry of the next turn; results of the program that are none are freed. */
function nextCarry(
  run: Run,
  results: readonly GpuPiece[],
  made: readonly GpuPiece[],
): GpuPiece[] {
  const kept = new Set(results);
  freeAll(run, made.filter((piece) => !kept.has(piece)));
  return [...results];
}

/** Moves the last carry to the results of the loop, and frees it where it is the loop's own. */
function endCarry(
  run: Run,
  at: BodyProgram,
  state: readonly GpuPiece[],
  inputs: readonly GpuPiece[],
  outputs: readonly GpuPiece[],
): void {
  copyAll(run, at, state, outputs);
  const given = new Set(inputs);
  freeAll(run, state.filter((piece) => !given.has(piece)));
}

function copyAll(
  run: Run,
  at: BodyProgram,
  from: readonly GpuPiece[],
  to: readonly GpuPiece[],
): void {
  from.forEach((piece, i) => {
    run.recorder.copy({ piece, at: 0 }, { piece: to[i]!, at: 0 }, words(resultBytes(at, i)));
  });
}

/** Where each result of a body is. */
function resultsOf(
  { body }: BodyProgram,
  inputs: readonly GpuPiece[],
  made: readonly GpuPiece[],
): GpuPiece[] {
  return body.results.map(({ kind, index }) => kind === "input" ? inputs[index]! : made[index]!);
}

function freeAll({ engine }: Run, pieces: readonly GpuPiece[]): void {
  for (const piece of pieces) engine.memory.free(piece);
}

function* numberIn({ recorder }: Run, { buffer }: GpuPiece, aval: Aval): Asking<number> {
  recorder.flush();
  const bytes = yield* ask(buffer, bytesOf(aval.dtype));
  return widen(storageView(aval.dtype, bytes.buffer, 0, 1), aval).data[0]!;
}

function avalOf({ body }: BodyProgram, input: number): Aval {
  return body.graph.avals[input]!;
}

function resultBytes({ body: { graph, results } }: BodyProgram, i: number): number {
  const { kind, index } = results[i]!;
  return bytesOfAval(graph.avals[kind === "input" ? index : graph.outputs[index]!]!);
}

/** Copies are of whole words; every piece ends with one. */
function words(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}
