import { assertEquals, assertThrows } from "@std/assert";
import {
  add,
  type Aval,
  broadcastTo,
  concatenate,
  convert,
  type DType,
  iota,
  matmul,
  mul,
  scan,
  type Shape,
  slice,
  softmax,
  sum,
  take,
  type Tensor,
  transpose,
  UnsupportedError,
} from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import { attention, gelu } from "../../nn/mod.ts";
import { requireAttention } from "../kernels/_attention_cases.ts";
import { graphOf } from "../kernels/schedule/_graphs.ts";
import { randomGraph } from "../kernels/schedule/_random_graph.ts";
import { openBackend } from "./_adapter.ts";
import { requireSame, restricted } from "./_restricted.ts";

const hasAdapter = await openBackend() !== null;
/** A device whose bindings reach 1 KiB. */
const small = hasAdapter
  ? await restricted({ limits: { maxStorageBufferBindingSize: 1024, maxBufferSize: 65536 } })
  : null;

function test(name: string, f: () => Promise<void>): void {
  Deno.test({ name: `webgpuBackend: ${name}`, ignore: !hasAdapter, fn: f });
}

function typed(dtype: DType, ...shapes: readonly Shape[]): Aval[] {
  return shapes.map((shape) => ({ shape, dtype }));
}

test("products of arrays larger than a binding", async () => {
  const layouts: readonly ((x: Tensor, y: Tensor) => Tensor)[] = [
    (x, y) => matmul(x, y),
    (x, y) => add(gelu(matmul(x, y)), 1),
    (x, y) => matmul(mul(x, 2), mul(y, y)),
    (x, y) => transpose(matmul(transpose(y), transpose(x))),
  ];
  for (const [m, k, n] of [[40, 24, 36], [37, 19, 33], [3, 120, 50], [60, 70, 2]] as const) {
    for (const f of layouts) {
      await requireSame(small!, graphOf((x, y) => [f(x!, y!)], typed("f32", [m, k], [k, n])));
    }
  }
  const batches = graphOf((x, y) => [matmul(x!, y!)], typed("f32", [3, 20, 30], [3, 30, 20]));
  await requireSame(small!, batches);
});

test("maps, rows and columns over arrays larger than a binding, in every dtype", async () => {
  for (const dtype of ["f32", "f16", "bf16", "i32", "u8", "i8"] as const) {
    const graph = graphOf((x, y) => [
      add(x, mul(y, y)),
      transpose(x),
      sum(convert(x, "f32"), { axes: [1] }),
      sum(convert(x, "f32"), { axes: [0] }),
      concatenate([slice(x, { start: [3, 1], stop: [37, 29] }), slice(y, { start: [0, 2] })]),
    ], typed(dtype, [40, 30], [40, 30]));
    await requireSame(small!, graph);
  }
  await requireSame(small!, graphOf((x) => [softmax(x!)], typed("f32", [9, 300])));
});

test("an embedding larger than a binding, its gradient, and logits from it", async () => {
  const loss = (table: Tensor, ids: Tensor): Tensor => {
    const hidden = take(table, ids, { axis: 0 });
    return sum(softmax(matmul(hidden, transpose(table))), { axes: [1] });
  };
  const gradient = (table: Tensor, ids: Tensor): Tensor =>
    grad((table: Tensor) => sum(mul(loss(table, ids), take(table, ids, { axis: 0 }))))(table);
  const avals = [...typed("f32", [200, 16]), ...typed("i32", [16])];
  await requireSame(small!, graphOf((table, ids) => [loss(table!, ids!)], avals));
  const square = [...typed("f32", [200, 16]), ...typed("i32", [16])];
  await requireSame(small!, graphOf((table, ids) => [gradient(table!, ids!)], square));
});

test("attention over arrays larger than a binding, and where its kernels bind too much", async () => {
  const one = { heads: 2, time: 40, size: 8, causal: true };
  await requireAttention(small!, one);
  const limits = { maxStorageBufferBindingSize: 512, maxStorageBuffersPerShaderStage: 12 };
  const heads = typed("f32", [1, 2, 16, 8], [1, 2, 16, 8], [1, 2, 16, 8]);
  const graph = graphOf((query, key, value) => {
    return [attention({ query: query!, key: key!, value: value! }, { causal: true })];
  }, heads);
  await requireSame(await restricted({ limits }), graph);
});

test("a loop over stacks larger than a binding", async () => {
  const running = (xs: Tensor): Tensor =>
    scan(
      (carry: Tensor, x: Tensor) => {
        const next = add(carry, x);
        return [next, next];
      },
      broadcastTo(iota([1], { axis: 0, dtype: "f32" }), [50]),
      xs,
    )[1];
  await requireSame(small!, graphOf((xs) => [running(xs!)], typed("f32", [20, 50])));
});

test("random programs where small arrays lie in windows", async () => {
  const tiny = await restricted({ limits: { maxStorageBufferBindingSize: 256 } });
  for (let seed = 1; seed <= 12; seed++) await requireSame(tiny, randomGraph(seed), seed);
});

test("a device with few bindings stores more on the way", async () => {
  const limits = { maxStorageBufferBindingSize: 1024, maxStorageBuffersPerShaderStage: 8 };
  const backend = await restricted({ limits });
  const total = (...xs: Tensor[]): Tensor[] => [xs.reduce((x, y) => add(x, mul(y, y)))];
  const shapes = Array.from({ length: 6 }, () => [30, 16]);
  await requireSame(backend, graphOf(total, typed("f32", ...shapes)));
  const large = graphOf((x) => [add(x!, 1)], typed("f32", [100, 20]));
  assertThrows(
    () => backend.compile(large, [false]),
    UnsupportedError,
    "Cannot run a kernel on the WebGPU device: its arrays take 16 bindings, and the device has 8; " +
      'split the largest arrays, or call setDevice("cpu")',
  );
});

test("an array larger than any buffer is refused by its shape", () => {
  const aval = { dtype: "f32", shape: [200, 100] } as const;
  const message =
    "Cannot allocate f32[200, 100] of 80000 bytes on the WebGPU device: a buffer of " +
    "it has 65536 at most; use a smaller batch or sequence, split the array, or call " +
    'setDevice("cpu")';
  assertThrows(() => small!.upload(new Float32Array(20000), aval), RangeError, message);
  const graph = graphOf((x) => [add(broadcastTo(x!, [200, 100]), 1)], typed("f32", [100]));
  const program = small!.compile(graph, [false]);
  const x = small!.upload(new Float32Array(100), { dtype: "f32", shape: [100] });
  assertThrows(() => small!.execute(program, [x]), RangeError, message);
  small!.free(x);
  assertEquals(small!.memory(), { bytes: 0, buffers: 0 });
  return Promise.resolve();
});
