import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  add,
  bind,
  definePrimitive,
  evaluate,
  mul,
  reshape,
  scope,
  setDevice,
  square,
  sum,
  type Tensor,
  tensor,
} from "../../mod.ts";
import { countingBackend } from "./_counting.ts";

const counts = countingBackend();
setDevice("webgpu");

let evaluations = 0;

/** x + 1, counting how often it is computed. */
const countedP = definePrimitive<[Tensor], [Tensor], null>({
  name: "test_counted",
  infer: ([x]) => [x],
  evaluate: ([x]) => {
    evaluations++;
    return [x.data.map((value) => value + 1)];
  },
});

const counted = (x: Tensor): Tensor => bind(countedP, [x], null)[0];

/** How often counted operations run in `f`. */
async function evaluationsIn(f: () => Promise<unknown>): Promise<number> {
  const before = evaluations;
  await f();
  return evaluations - before;
}

Deno.test("data: nothing runs until it is asked for, and then once", async () => {
  const x = counted(tensor([1, 2]));
  assertEquals(evaluations, 0);
  assertEquals(await evaluationsIn(() => x.data()), 1);
  assertEquals(await evaluationsIn(() => x.data()), 0);
  assertEquals(await evaluationsIn(() => square(x).data()), 0);
});

Deno.test("evaluate: computes several trees in one program, what they share once", async () => {
  const shared = counted(tensor([1, 2]));
  const [a, b] = [mul(shared, 2), { c: [add(shared, 3)] }];
  const { runs } = counts;
  assertEquals(await evaluationsIn(() => evaluate(a, b)), 1);
  assertEquals(counts.runs - runs, 1);
  assertEquals([...await a.data()], [4, 6]);
  assertEquals(counts.runs - runs, 1);
});

Deno.test("evaluate: an intermediate value is computed three times at most", async () => {
  const shared = counted(tensor([1, 2]));
  const times = await evaluationsIn(async () => {
    for (let i = 0; i < 8; i++) await add(shared, i).data();
  });
  assert(times <= 3, `${times} evaluations`);
});

Deno.test("evaluate: a loop that only reads its loss costs at most twice the work", async () => {
  let state = tensor([1, 2]);
  const steps = 20;
  const times = await evaluationsIn(async () => {
    for (let i = 0; i < steps; i++) {
      state = mul(counted(state), 0.5);
      await sum(state).item();
    }
  });
  assert(times <= 2 * steps, `${times} evaluations in ${steps} steps`);
});

Deno.test("evaluate: views are not kept", async () => {
  const view = reshape(tensor([[1, 2], [3, 4]]), [4]);
  for (let i = 0; i < 6; i++) await add(view, i).data();
  assertEquals(view.source.kind, "lazy");
});

Deno.test("evaluate: a computed value forgets its expression", async () => {
  const x = square(tensor([1, 2]));
  await evaluate(x);
  assertEquals(x.source.kind, "data");
});

Deno.test("evaluate: other numbers cost one more compilation and no further", async () => {
  const x = tensor([1, 2]);
  const { compiles } = counts;
  const step = async (lr: number) => [...await sum(mul(square(add(x, 7)), lr)).data()];
  assertEquals(await step(1), [145]);
  assertEquals(counts.compiles - compiles, 1);
  assertEquals(await step(2), [290]);
  assertEquals(counts.compiles - compiles, 2);
  for (let lr = 3; lr < 9; lr++) assertEquals(await step(lr), [145 * lr]);
  assertEquals(counts.compiles - compiles, 2);
});

Deno.test("evaluate: numbers are told apart by their bits", async () => {
  const infinities = async (zero: number) => [...await mul(tensor([Infinity, 1]), zero).data()];
  assert(Object.is((await infinities(0))[1], 0));
  assert(Object.is((await infinities(-0))[1], -0));
  assert(Number.isNaN((await infinities(NaN))[1]));
});

Deno.test("evaluate: an expression over what was given up names it", async () => {
  const x = tensor([1, 2]);
  const y = square(x);
  x.dispose();
  await assertRejects(
    () => y.data(),
    TypeError,
    "Cannot evaluate integer_pow: an operand of shape [2] was given up by dispose before",
  );
  assertThrows(() => add(x, 1), TypeError, "Cannot add: an operand of shape [2] was given up");
  await assertRejects(() => x.data(), TypeError, "it was given up by dispose");
});

Deno.test("scope: says who gave a value up", async () => {
  let inner: Tensor | undefined;
  await scope(async () => {
    inner = square(tensor([1, 2]));
    await evaluate(inner);
    return sum(inner);
  });
  await assertRejects(() => inner!.data(), TypeError, "it was given up by the end of a scope");
});

Deno.test("using: gives a value up at the end of its block", async () => {
  let kept: Tensor;
  {
    using x = square(tensor([1, 2]));
    await evaluate(x);
    kept = x;
  }
  await assertRejects(() => kept.data(), TypeError, "given up by dispose");
});

Deno.test("evaluate: a huge expression is warned about once, and computed", async () => {
  const warnings: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void warnings.push(text);
  try {
    for (let i = 0; i < 2; i++) {
      let x = tensor(0);
      for (let j = 0; j < 100_001; j++) x = add(x, 1);
      assertEquals(await x.item(), 100_001);
    }
  } finally {
    console.warn = warn;
  }
  assertEquals(warnings.length, 1);
  assert(/call evaluate\(\).* or put its body into jit\(\)/.test(warnings[0]!), warnings[0]);
});
