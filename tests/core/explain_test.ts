import { assertEquals, assertMatch } from "@std/assert";
import {
  add,
  compileReport,
  explain,
  matmul,
  setDevice,
  softmax,
  type Tensor,
  zeros,
} from "../../mod.ts";

setDevice("cpu");

const layer = (x: Tensor, w: Tensor, b: Tensor): Tensor => softmax(add(matmul(x, w), b));
const args = [zeros([8, 16]), zeros([16, 32]), zeros([32])] as const;

Deno.test("explain: prints the kernels with shapes, operations and bytes, and their sum", async () => {
  const text = await explain(layer)(...args);
  assertMatch(text, /^ *dot +dot 1x8x32x16 \+ epilogue add\S+ +\S+ kFLOP +\S+ kB$/m);
  assertMatch(text, /^ *row +row 8x32 .*reduce_max.* kB$/m);
  assertMatch(text, /^2 kernels, 0 copies, .*FLOP, .*B moved$/m);
  assertMatch(text, /^inputs .*B, outputs .*B, .*B between them at peak in \d+ buffers/m);
});

Deno.test("compileReport: counts what the program does and computes nothing", async () => {
  const report = await compileReport(layer)(...args);
  assertEquals([report.kernels.length, report.copies], [2, 0]);
  assertEquals(report.inputBytes, 4 * (8 * 16 + 16 * 32 + 32));
  assertEquals(report.outputBytes, 4 * 8 * 32);
});
