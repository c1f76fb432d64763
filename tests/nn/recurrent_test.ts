import { assertEquals, assertThrows } from "@std/assert";
import {
  key,
  normal,
  setDevice,
  ShapeError,
  sum,
  type Tensor,
  tensor,
  TreeError,
  zeros,
} from "../../mod.ts";
import { grad } from "../../autodiff/mod.ts";
import {
  gru,
  gruCell,
  lstm,
  lstmCell,
  type RecurrentParams,
  relu,
  rnn,
  rnnCell,
} from "../../nn/mod.ts";
import { checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const GATES = { rnn: 1, gru: 3, lstm: 4 };

/** Parameters of one cell, 2 to 3. */
function cell(kind: keyof typeof GATES, seed: number) {
  const rows = 3 * GATES[kind];
  const random = (i: number, shape: readonly number[]): Tensor => normal(key(10 * seed + i), shape);
  return {
    weight_ih: random(0, [rows, 2]),
    weight_hh: random(1, [rows, 3]),
    bias_ih: random(2, [rows]),
    bias_hh: random(3, [rows]),
  };
}

function named(params: ReturnType<typeof cell>, suffix: string): RecurrentParams {
  return Object.fromEntries(Object.entries(params).map(([name, x]) => [`${name}_l${suffix}`, x]));
}

const x = normal(key(9), [2, 4, 2]);
const at = (t: number): Tensor => tensor(steps[t]!);
const steps = await Promise.all([0, 1, 2, 3].map(async (t) => {
  const data = await x.data();
  return [0, 1].map((b) => [0, 1].map((i) => data[(b * 4 + t) * 2 + i]!));
}));

Deno.test("rnn, gru and lstm: are their cells, step by step", async () => {
  const plain = cell("rnn", 1);
  const gated = cell("gru", 2);
  const long = cell("lstm", 3);
  let [h1, h2] = [zeros([2, 3]), zeros([2, 3])];
  let state = { hidden: zeros([2, 3]), cell: zeros([2, 3]) };
  for (let t = 0; t < 4; t++) {
    h1 = rnnCell(plain, at(t), { hidden: h1, nonlinearity: relu });
    h2 = gruCell(gated, at(t), { hidden: h2 });
    state = { ...lstmCell(long, at(t), state) };
  }
  const numbers = async (x: Tensor): Promise<number[]> => Array.from(await x.data());
  const ran = rnn(named(plain, "0"), x, { nonlinearity: relu });
  await assertClose(ran.hidden, await numbers(h1), 1e-4);
  await assertClose(gru(named(gated, "0"), x).hidden, await numbers(h2));
  const result = lstm(named(long, "0"), x);
  await assertClose(result.hidden, await numbers(state.hidden));
  await assertClose(result.cell, await numbers(state.cell));
  assertEquals(result.output.shape, [2, 4, 3]);
});

Deno.test("gru: layers and directions are what the parameters name", () => {
  const second = { ...cell("gru", 4), weight_ih: normal(key(5), [9, 6]) };
  const params = {
    ...named(cell("gru", 1), "0"),
    ...named(cell("gru", 2), "0_reverse"),
    ...named(second, "1"),
    ...named(second, "1_reverse"),
  };
  const { output, hidden } = gru(params, x, { hidden: zeros([4, 2, 3]) });
  assertEquals([output.shape, hidden.shape], [[2, 4, 6], [4, 2, 3]]);
  const dropped = gru(params, x, { dropout: { rate: 0.5, key: key(0) } });
  assertEquals(dropped.output.shape, [2, 4, 6]);
});

Deno.test("lstm: has the derivative that differences say, and a tree of them", async () => {
  const params = named(cell("lstm", 6), "0");
  const f = (params: RecurrentParams): Tensor => lstm(params, x).output;
  await checkGradient(f, [params]);
  const slope = grad((params: RecurrentParams) => sum(f(params)))(params);
  assertEquals(Object.keys(slope).sort(), Object.keys(params).sort());
});

Deno.test("recurrent networks: refuse parameters and states that do not fit", () => {
  const params = named(cell("gru", 1), "0");
  const { weight_hh_l0: _, ...rest } = params as { readonly [name: string]: Tensor };
  assertThrows(() => gru(rest, x), TreeError, '"weight_hh_l0" is missing');
  assertThrows(
    () => gru({ ...params, weight_hr_l0: zeros([1]) } as RecurrentParams, x),
    TreeError,
    'Cannot run a recurrent network with "weight_hr_l0"',
  );
  assertThrows(
    () => gru(params, zeros([2, 4, 5])),
    ShapeError,
    "Cannot run [2, 4, 5] through a recurrent network: [B, T, 2] are needed",
  );
  assertThrows(
    () => gru(params, x, { hidden: zeros([2, 3]) }),
    ShapeError,
    "and states [1, 2, 3], not [2, 3], are needed",
  );
});
