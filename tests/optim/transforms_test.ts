import "../../mod.ts";
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  evaluate,
  jit,
  key,
  matmul,
  normal,
  setDevice,
  ShapeError,
  swapAxes,
  type Tensor,
  tensor,
  type Tree,
} from "../../mod.ts";
import {
  adamw,
  adaptiveGradClip,
  addNoise,
  applyEvery,
  applyIfFinite,
  averagedParams,
  averaging,
  chain,
  clipByGlobalNorm,
  globalNorm,
  identity,
  incrementalUpdate,
  injectHyperparams,
  masked,
  muon,
  orthogonalize,
  scale,
  scaleByShape,
  scaleByTrustRatio,
  scheduleFree,
  scheduleFreeParams,
  sgd,
  trace,
  zeroNans,
} from "../../optim/mod.ts";

setDevice("reference");

Deno.test("chain: of transformations alone is one, and its state is the list of theirs", async () => {
  const both = chain(scale(2), trace({ decay: 0.5 }));
  assertEquals(both.kind, "transform");
  const params = { w: tensor(0) };
  let state = both.init(params);
  let direction = params;
  for (let i = 0; i < 2; i++) [direction, state] = both.update({ w: tensor(1) }, state, params);
  assertEquals(await direction.w.item(), 3);
  assertEquals(chain(both, sgd(1)).kind, undefined);
});

Deno.test("scale: follows a schedule, and keeps no state without one", async () => {
  assertEquals(scale(2).init({}), {});
  const growing = scale((step) => step);
  const params = { w: tensor(1) };
  let state = growing.init(params);
  const seen: number[] = [];
  for (let i = 0; i < 3; i++) {
    const [scaled, next] = growing.update(params, state, params);
    state = next;
    seen.push(await scaled.w.item());
  }
  assertEquals(seen, [0, 1, 2]);
});

Deno.test("masked: lets pass what the mask leaves out", async () => {
  const some = masked(scale(3), (path) => path === "a");
  const grads = { a: tensor(1), b: tensor(1) };
  const [scaled] = some.update(grads, some.init(grads), grads);
  assertEquals([await scaled.a.item(), await scaled.b.item()], [3, 1]);
});

Deno.test("orthogonalize: brings singular values near one, of tall and wide matrices, in batches", async () => {
  for (const shape of [[6, 4], [4, 6], [3, 5, 5]]) {
    const x = orthogonalize(normal(key(1), shape));
    const isTall = shape.at(-2)! > shape.at(-1)!;
    const gram = isTall ? matmul(swapAxes(x, -1, -2), x) : matmul(x, swapAxes(x, -1, -2));
    const n = Math.min(shape.at(-2)!, shape.at(-1)!);
    const values = await gram.data();
    values.forEach((value, i) => {
      const isDiagonal = Math.floor((i % (n * n)) / n) === i % n;
      assert(Math.abs(value - (isDiagonal ? 1 : 0)) < 0.6, `${value} at ${i} of [${shape}]`);
    });
  }
  assertThrows(() => orthogonalize(tensor([1])), ShapeError, "orthogonalize [1]");
});

Deno.test("scaleByShape: takes either layout of a weight", async () => {
  const d = { w: tensor([[1], [1], [1], [1]]) };
  const factor = async (inputAxis: 0 | 1): Promise<number> =>
    (await scaleByShape({ inputAxis }).update(d, {}, d)[0].w.data())[0]!;
  assertEquals([await factor(0), await factor(1)], [1, 2]);
});

Deno.test("muon: moves matrices by the rule, and AdamW the rest", () => {
  const params = { head: tensor([[1, 2]]), b: tensor([1]), w: tensor([[1, 2]]) };
  const state = muon(0.1, { matrices: (path, p) => p.shape.length === 2 && path !== "head" })
    .init(params);
  const names = (part: Tree): string[] => Object.keys((part as { mu: object }).mu).sort();
  assertEquals(names((state.muon as readonly Tree[])[0]!), ["w"]);
  assertEquals(names(state.adam!), ["b", "head"]);
});

Deno.test("scaleByTrustRatio: leaves a direction alone where a norm is zero", async () => {
  const zero = { w: tensor([0, 0]) };
  const grads = { w: tensor([3, 4]) };
  const [d] = scaleByTrustRatio().update(grads, {}, zero);
  assertEquals([...await d.w.data()], [3, 4]);
});

Deno.test("adaptiveGradClip: clips by unit, over other axes where asked", async () => {
  const params = { w: tensor([[1, 0], [0, 0]]) };
  const grads = { w: tensor([[4, 4], [0, 0]]) };
  const clipped = async (axes?: number[]): Promise<number[]> => {
    const clip = adaptiveGradClip(0.5, axes ? { axes } : {});
    return [...await clip.update(grads, {}, params)[0].w.data()];
  };
  // The second column belongs to a unit of zeros, so its norm counts for 1e-3.
  const columns = await clipped();
  assertAlmostEquals(columns[0]!, 0.5, 1e-6);
  assertAlmostEquals(columns[1]!, 5e-4, 1e-8);
  const rows = await clipped([1]);
  assertAlmostEquals(rows[0]!, rows[1]!, 1e-6);
});

Deno.test("zeroNans: says which leaves had one", async () => {
  const grads = { a: tensor([NaN, 1]), b: tensor([2]) };
  const [clean, state] = zeroNans().update(grads, zeroNans().init(grads), grads);
  assertEquals([...await clean.a.data()], [0, 1]);
  const { a, b } = state.foundNan as { readonly a: Tensor; readonly b: Tensor };
  assertEquals([await a.item(), await b.item()], [1, 0]);
});

Deno.test("applyIfFinite: steps over bad gradients, and gives in after too many", async () => {
  const optimizer = applyIfFinite(sgd(1), { maxConsecutiveErrors: 1 });
  let params = { w: tensor(1) };
  let state = optimizer.init(params);
  [params, state] = optimizer.update({ w: tensor(Infinity) }, state, params);
  assertEquals(await params.w.item(), 1);
  assertEquals(await state.totalNotFinite.item(), 1);
  [params, state] = optimizer.update({ w: tensor(NaN) }, state, params);
  assertEquals(await params.w.item(), NaN);
});

Deno.test("addNoise: is the key's, falls with the steps, and leaves the key usable", async () => {
  const from = key(3);
  const noise = addNoise(from, { eta: 1 });
  const params = { w: tensor(new Array(400).fill(0)) };
  const step = jit((state: ReturnType<typeof noise.init>) => {
    const [noisy, next] = noise.update(params, state, params);
    return { size: globalNorm(noisy), next };
  }, { donate: [0] });
  let state = noise.init(params);
  const sizes: number[] = [];
  for (let i = 0; i < 30; i++) {
    const { size, next } = step(state);
    state = next;
    sizes.push(await size.item());
  }
  assertAlmostEquals(sizes[0]!, 20, 3);
  assertAlmostEquals(sizes[29]! / sizes[0]!, 30 ** -0.275, 0.1);
  const [again] = noise.update(params, noise.init(params), params);
  assertAlmostEquals(await globalNorm(again).item(), sizes[0]!, 1e-3);
  await evaluate(from);
});

Deno.test("injectHyperparams: a new rate does not recompile", async () => {
  const optimizer = injectHyperparams(({ lr }) => sgd(lr!), { lr: 1 });
  let traces = 0;
  const step = jit((params: { w: Tensor }, state: ReturnType<typeof optimizer.init>) => {
    traces++;
    const [next, nextState] = optimizer.update({ w: tensor(1) }, state, params);
    return { params: next, state: nextState };
  });
  let at = step({ w: tensor(10) }, optimizer.init({ w: tensor(10) }));
  assertEquals(await at.params.w.item(), 9);
  at = step(at.params, { ...at.state, hyperparams: { lr: tensor(0.5) } });
  assertEquals(await at.params.w.item(), 8.5);
  assertEquals(await step(at.params, at.state).params.w.item(), 8);
  assertEquals(traces, 1);
});

Deno.test("averaging: a constant is its own mean from the first step", async () => {
  const optimizer = averaging(sgd(1), { decay: 0.99 });
  const params = { w: tensor([2, 3]) };
  const still = { w: tensor([0, 0]) };
  const [, state] = optimizer.update(still, optimizer.init(params), params);
  const mean = await averagedParams(params, state, { decay: 0.99 }).w.data();
  assertAlmostEquals(mean[0]!, 2, 1e-5);
  assertAlmostEquals(mean[1]!, 3, 1e-5);
});

Deno.test("incrementalUpdate: keeps the dtype of what it moves", async () => {
  const old = { w: tensor([1], { dtype: "bf16" }) };
  const moved = incrementalUpdate({ w: tensor([3]) }, old, { stepSize: 0.5 });
  assertEquals([moved.w.dtype, await moved.w.item()], ["bf16", 2]);
});

Deno.test("scheduleFree: with equal rates its average is the mean of the fast iterates", async () => {
  const optimizer = scheduleFree(identity(), 1, { b1: 0.5 });
  let params = { w: tensor(0) };
  let state = optimizer.init(params);
  for (let i = 0; i < 3; i++) {
    [params, state] = optimizer.update({ w: tensor(-1) }, state, params);
  }
  const average = scheduleFreeParams(params, state, { b1: 0.5 });
  assertAlmostEquals(await average.w.item(), (1 + 2 + 3) / 3, 1e-6);
});

Deno.test("adamw: a rate that is a tensor is one", async () => {
  const optimizer = adamw(tensor(0.5), { weightDecay: 0 });
  const params = { w: tensor(1) };
  const [next] = optimizer.update({ w: tensor(9) }, optimizer.init(params), params);
  assertAlmostEquals(await next.w.item(), 0.5, 1e-6);
});

Deno.test("globalNorm: of nothing is zero", async () => {
  assertEquals(await globalNorm({}).item(), 0);
  assertEquals(clipByGlobalNorm(1).update({}, {}, {})[0], {});
});

Deno.test("applyEvery: refuses less than one", () => {
  assertThrows(() => applyEvery(0.5), RangeError, "apply every 0.5 gradients");
});
