import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  add,
  cholesky,
  evaluate,
  explain,
  eye,
  jit,
  key,
  makeGraph,
  matmul,
  normal,
  type Profile,
  profile,
  setDevice,
  type Tensor,
  zeros,
} from "../../mod.ts";
import { scan } from "../../autodiff/mod.ts";
import { type Engine, newEngine } from "../../kernels/webgpu/engine.ts";
import { executeProgram } from "../../kernels/webgpu/execute.ts";
import { compileProgram } from "../../kernels/webgpu/program.ts";
import { newCode } from "../../kernels/webgpu/code.ts";
import { openBackend } from "./_adapter.ts";

const hasAdapter = await openBackend() !== null;
if (hasAdapter) setDevice("webgpu");

const layer = (x: Tensor, w: Tensor): Tensor => add(matmul(x, w), 1);

Deno.test({
  name: "profile: on WebGPU the device times every kernel, also inside loops",
  ignore: !hasAdapter,
  fn: async () => {
    const f = jit((w: Tensor) => {
      const turn = (carry: Tensor): [Tensor, Tensor] => [matmul(carry, w), carry];
      return scan(turn, normal(key(3), [24, 24]), null, { length: 5 });
    });
    const w = normal(key(2), [24, 24]);
    await evaluate(w, f(w));
    const result = await profile(() => f(w));
    const dot = result.rows.find(({ name }) => name.startsWith("in scan: dot"));
    assertEquals([dot?.count, dot?.flops], [5, 5 * 2 * 24 ** 3]);
    assert(result.rows.every(({ ms }) => ms >= 0) && result.kernelMs > 0);
    assertMatch(`${result}`, /kernels are timed by the device/);
    // A call before and after it shares passes, and is not timed.
    assertEquals((await profile(() => 1)).rows, []);
  },
});

Deno.test({
  name: "profile: on WebGPU what the host computes has a row",
  ignore: !hasAdapter,
  fn: async () => {
    const { rows } = await profile(() => cholesky(eye(3)));
    const host = rows.filter(({ kind }) => kind === "host");
    assertEquals(host.map(({ name, count }) => [name, count]), [["host cholesky[3,3]", 1]]);
  },
});

/** Runs a product with a long k on an engine; the profile of that. */
async function profileOn(engine: Engine): Promise<Profile> {
  const args = [zeros([8, 8192]), zeros([8192, 8])] as const;
  const program = compileProgram(engine, makeGraph(layer)(...args), [false, false]);
  const inputs = args.map(() => engine.memory.allocate(4 * 8 * 8192));
  return await profile(() => void executeProgram(engine, program, inputs));
}

Deno.test({
  name: "profile: the dispatches of a split sum are one run of a kernel",
  ignore: !hasAdapter,
  fn: async () => {
    const engine = await newEngine();
    const hard = { ...engine.device, isSoftware: false }; // a software adapter splits no sums
    const { rows } = await profileOn({ ...engine, code: newCode(hard, engine.reader) });
    assertEquals(rows.map(({ kind, count }) => [kind, count]), [["dot", 1]]);
    engine.device.gpu.destroy();
  },
});

Deno.test({
  name: "profile: without timestamps on the device, a row a submit",
  ignore: !hasAdapter,
  fn: async () => {
    const engine = await newEngine();
    const device = { ...engine.device, features: new Set<string>() };
    const { rows, notes } = await profileOn({ ...engine, device });
    assertEquals(rows.map(({ name, count }) => [name, count]), [["submit of 1 kernel", 1]]);
    assertMatch(notes.join(), /no timestamps/);
    engine.device.gpu.destroy();
  },
});

Deno.test({
  name: "explain: prints a program of WebGPU",
  ignore: !hasAdapter,
  fn: async () => {
    const text = await explain(layer)(normal(key(0), [8, 16]), normal(key(1), [16, 32]));
    assertMatch(text, /^ *dot +dot 1x8x32x16 \+ epilogue add\S+ +\S+ kFLOP +\S+ kB$/m);
    assertMatch(text, /^1 kernel, 0 copies, .*FLOP, .*B moved$/m);
    assertMatch(text, /between them at peak in \d+ buffers/);
  },
});
