import { assertEquals, assertThrows } from "@std/assert";
import { wasmBackend } from "../../../kernels/mod.ts";
import { newEngine } from "../../../kernels/wasm/engine.ts";
import { scan } from "../../../autodiff/mod.ts";
import { runProgram } from "../../../kernels/wasm/execute.ts";
import { viewAt } from "../../../kernels/wasm/host.ts";
import { compileProgram } from "../../../kernels/wasm/program.ts";
import {
  add,
  exp,
  type Graph,
  makeGraph,
  matmul,
  mul,
  sum,
  type Tensor,
  tensor,
  UnsupportedError,
} from "../../../mod.ts";
import { narrow } from "../../../core/internal.ts";

const f32 = { dtype: "f32", shape: [2, 3] } as const;

function chain(): Graph {
  const x = tensor([[1, 2, 3], [4, 5, 6]]);
  return makeGraph((x: Tensor) => add(exp(x), 1))(x);
}

Deno.test("wasmBackend: buffers are counted, and a donated input is given up or taken over", () => {
  const backend = wasmBackend();
  const graph = chain();
  const input = backend.upload(narrow([0, 0, 0, 0, 0, 0], "f32"), f32);
  assertEquals(backend.memory(), { bytes: 24, buffers: 1 });
  const [kept] = backend.execute(backend.compile(graph, [false]), [input]);
  assertEquals(backend.memory(), { bytes: 48, buffers: 2 });
  assertEquals([...backend.readSync!(kept!, f32)], [2, 2, 2, 2, 2, 2]);
  const [taken] = backend.execute(backend.compile(graph, [true]), [input]);
  assertEquals(backend.memory(), { bytes: 48, buffers: 2 });
  assertEquals([...backend.readSync!(taken!, f32)], [2, 2, 2, 2, 2, 2]);
  backend.free(kept!);
  backend.free(taken!);
  assertEquals(backend.memory(), { bytes: 0, buffers: 0 });
});

Deno.test("wasmBackend: f64 is refused by name", () => {
  assertThrows(
    () => wasmBackend().upload(new Float64Array(1), { dtype: "f64", shape: [1] }),
    UnsupportedError,
    "Cannot use f64 on the cpu backend",
  );
});

/** Runs a graph of one output on an engine, several times; its bytes. */
async function bytesOn(
  threads: number,
  graph: Graph,
  inputs: readonly Float32Array[],
): Promise<Uint8Array> {
  const engine = newEngine(threads);
  const program = compileProgram(engine, graph, inputs.map(() => false));
  const blocks = inputs.map((data) => {
    const block = engine.heap.allocate(data.byteLength);
    viewAt(engine.heap, block.address, { dtype: "f32", shape: [data.length] }).set(data);
    return block.address;
  });
  const outs = program.plan.blocks.map((bytes) => engine.heap.allocate(bytes));
  const arena = engine.reserveArena(program.plan.arena.bytes);
  const addresses = Int32Array.from(
    program.plan.places,
    (place) =>
      place.kind === "input"
        ? blocks[place.index]!
        : place.kind === "block"
        ? outs[place.number]!.address
        : arena + place.offset,
  );
  for (let i = 0; i < 12; i++) {
    runProgram(engine, program, addresses);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const { address, bytes } = outs[0]!;
  return engine.heap.bytes().slice(address, address + bytes);
}

Deno.test("newEngine: the same bits with one, two and three threads", async () => {
  const n = 200;
  const data = Float32Array.from({ length: n * n }, (_, i) => Math.sin(i));
  const x = tensor(Array.from({ length: n }, (_, i) => [...data.subarray(i * n, (i + 1) * n)]));
  const y = mul(x, 2);
  const graph = makeGraph((x: Tensor, y: Tensor) => {
    const product = matmul(exp(x), y);
    return add(product, sum(product, { axes: [0] }));
  })(x, y);
  const one = await bytesOn(1, graph, [data, data]);
  for (const threads of [2, 3]) assertEquals(await bytesOn(threads, graph, [data, data]), one);
});

Deno.test("newEngine: loops within loops have the same bits on every number of threads", async () => {
  const n = 100;
  const data = Float32Array.from({ length: n * n }, (_, i) => 0.1 * Math.sin(i));
  const x = tensor(Array.from({ length: n }, (_, i) => [...data.subarray(i * n, (i + 1) * n)]));
  const graph = makeGraph((x: Tensor, w: Tensor) => {
    const turn = (h: Tensor): [Tensor, null] => [matmul(h, w), null];
    const outer = (h: Tensor): [Tensor, null] => {
      const inner = scan(turn, matmul(h, w), null, { length: 2 })[0];
      return [add(matmul(inner, w), sum(inner, { axes: [0] })), null];
    };
    return matmul(scan(outer, matmul(exp(x), w), null, { length: 4 })[0], w);
  })(x, mul(x, 2));
  const one = await bytesOn(1, graph, [data, data]);
  for (const threads of [2, 3]) assertEquals(await bytesOn(threads, graph, [data, data]), one);
});
