import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  add,
  clearCaches,
  compileReport,
  evaluate,
  jit,
  key,
  matmul,
  mul,
  normal,
  type Profile,
  profile,
  setDevice,
  type Tensor,
} from "../../mod.ts";
import { scan } from "../../autodiff/mod.ts";

setDevice("cpu");

const layer = (x: Tensor, w: Tensor): Tensor => add(mul(matmul(x, w), 2), 1);
const [x, w] = [normal(key(0), [32, 48]), normal(key(1), [48, 64])];
await evaluate(x, w);

function sharesAddUp({ rows, kernelMs }: Profile): void {
  assertAlmostEquals(rows.reduce((sum, { share }) => sum + share, 0), 1, 1e-9);
  assertAlmostEquals(rows.reduce((sum, { ms }) => sum + ms, 0), kernelMs, 1e-9);
}

Deno.test("profile: a row a kernel, with the costs that the report of the program has", async () => {
  const f = jit(layer);
  const result = await profile(async () => {
    for (let i = 0; i < 3; i++) await f(x, w).data();
  });
  const { kernels: [kernel] } = await compileReport(layer)(x, w);
  assertEquals(result.rows.length, 1);
  const { name, kind, count, ms, flops, bytes, gflops } = result.rows[0]!;
  assertEquals([name, kind, count], [kernel!.name, "dot", 3]);
  assertEquals([flops, bytes], [3 * kernel!.flops, 3 * kernel!.bytes]);
  assertAlmostEquals(gflops, flops / 1e6 / ms, 1e-9);
  sharesAddUp(result);
  assert(result.ms >= result.kernelMs);
  assertEquals(
    result.phases.map(({ name, count }) => [name, count]),
    [["trace", 1], ["compile", 1], ["execute", 3], ["read", 3]],
  );
});

Deno.test("profile: computes what the function returns, jitted or not, and hands it on", async () => {
  clearCaches();
  const result = await profile(() => ({ y: layer(x, w), note: "kept", list: [null] }));
  assertEquals(result.value.note, "kept");
  assertEquals(result.value.y.shape, [32, 64]);
  assertEquals(result.rows.map(({ kind, count }) => [kind, count]), [["dot", 1]]);
});

Deno.test("profile: kernels of a loop are counted by themselves, and not twice", async () => {
  const f = jit((w: Tensor) => {
    const turn = (carry: Tensor): [Tensor, Tensor] => [matmul(carry, w), carry];
    return scan(turn, normal(key(3), [24, 24]), null, { length: 7 });
  });
  const w = normal(key(2), [24, 24]);
  await evaluate(w, f(w));
  const result = await profile(() => f(w));
  const loop = result.rows.find(({ kind }) => kind === "loop");
  const inside = result.rows.find(({ name }) => name.startsWith("in scan: dot"));
  assertEquals([loop?.count, inside?.count], [1, 7]);
  assertEquals(inside!.flops, 7 * 2 * 24 ** 3);
  sharesAddUp(result);
  assert(result.kernelMs <= result.ms);
});

Deno.test("profile: prints a table with a line a kernel, the sum, the host and the device", async () => {
  const text = `${await profile(() => layer(x, w))}`;
  assertMatch(text, /^ +ms +% +count +GFLOP\/s +GB\/s +kernel$/m);
  assertMatch(text, /^ +[\d.]+ +100\.0 +1 +[\d.]+ +[\d.]+ +dot 1x32x64x48 /m);
  assertMatch(text, /^1 run of kernels in [\d.]+ ms, [\d.]+ GFLOP\/s, of [\d.]+ ms in all$/m);
  assertMatch(text, /^host: trace [\d.]+ ms \(1x\)/m);
  assertMatch(text, /^cpu: WASM/m);
});

Deno.test("profile: its trace has the host on one track and the kernels on another", async () => {
  const f = jit(layer);
  const result = await profile(() => f(x, w));
  const { traceEvents } = JSON.parse(JSON.stringify(result.trace()));
  type Event = { ph: string; name: string; tid: number; ts: number; dur: number; args: unknown };
  const track = (tid: number): Event[] =>
    traceEvents.filter((event: Event) => event.ph === "X" && event.tid === tid);
  assertEquals(track(1).map(({ name }) => name), ["profile", "trace", "compile", "execute"]);
  const [kernel] = track(2);
  assertMatch(kernel!.name, /^dot 1x32x64x48/);
  assertEquals(Object.keys(kernel!.args as object), ["kind", "flops", "bytes"]);
  const execute = track(1)[3]!;
  assert(kernel!.ts >= execute.ts);
  assert(kernel!.ts + kernel!.dur <= execute.ts + execute.dur + 1);
  const names = traceEvents.filter(({ ph }: Event) => ph === "M").map(({ args }: Event) => args);
  assertEquals(names.map(({ name }: { name: string }) => name).slice(0, 2), ["graft", "host"]);
});

Deno.test("profile: on the reference device a row a primitive", async () => {
  setDevice("reference");
  try {
    const { rows, device } = await profile(() =>
      layer(normal(key(0), [2, 3]), normal(key(1), [3, 2]))
    );
    assert(rows.some(({ name, count }) => name === "dot_general" && count === 1));
    assertMatch(device, /^reference/);
  } finally {
    setDevice("cpu");
  }
});

Deno.test("profile: one at a time, and none is left behind by an error", async () => {
  await assertRejects(
    () => profile(() => profile(() => {})),
    TypeError,
    "Cannot profile a function: another is being profiled; await that first",
  );
  await assertRejects(() => profile(() => Promise.reject(new Error("no"))), Error, "no");
  assertEquals((await profile(() => 1)).rows, []);
});
