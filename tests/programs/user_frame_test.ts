import { assertStringIncludes, assertThrows } from "@std/assert";
import {
  add,
  concatenate,
  grad,
  jit,
  matmul,
  reshape,
  setDevice,
  ShapeError,
  sum,
  type Tensor,
  vmap,
  zeros,
} from "../../mod.ts";

setDevice("reference");

const a: Tensor = zeros([2, 3]);
const b: Tensor = zeros([4, 5]);

const ROOT = new URL("../../", import.meta.url).href;

// Programs with a mistake, each on one line, which is what `here` gives.
const PROGRAMS: readonly [name: string, program: () => unknown, line: number, shapes: string[]][] =
  [
    ["add", () => add(a, b), here(), ["[2, 3]", "[4, 5]"]],
    ["matmul", () => matmul(a, b), here(), ["[2, 3]", "[4, 5]"]],
    ["reshape", () => reshape(a, [7]), here(), ["[2, 3]", "[7]"]],
    ["concatenate", () => concatenate([a, b]), here(), ["[2, 3]", "[4, 5]"]],
    ["add in jit", () => jit((x: Tensor) => add(x, b))(a), here(), ["[2, 3]", "[4, 5]"]],
    ["matmul in grad", () => grad((x: Tensor) => sum(matmul(x, b)))(a), here(), ["[2, 3]", "[4"]],
    ["add in vmap", () => vmap((x: Tensor) => add(x, b))(a), here(), ["[3]", "[4, 5]"]],
  ];

for (const [name, program, line, shapes] of PROGRAMS) {
  Deno.test(`${name}: a shape error names the shapes and is thrown on the user's line`, () => {
    const error = assertThrows(program, ShapeError);
    for (const shape of shapes) assertStringIncludes(error.message, shape);
    assertStringIncludes(firstFrameOutside(error), `/user_frame_test.ts:${line}:`);
  });
}

/** The first line of a stack that is not in the library. */
function firstFrameOutside(error: Error): string {
  const frames = error.stack!.split("\n").filter((line) => line.startsWith("    at "));
  const isOurs = (frame: string): boolean =>
    frame.includes(ROOT) && !frame.includes(`${ROOT}tests/`);
  return frames.find((frame) => !isOurs(frame)) ?? "none";
}

/** The line that this is called on. */
function here(): number {
  return Number(new Error().stack!.split("\n")[2]!.match(/:(\d+):\d+\)?$/)![1]);
}
