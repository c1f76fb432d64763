import { assertThrows } from "@std/assert";
import {
  add,
  bitcast,
  bitwiseAnd,
  categorical,
  concatenate,
  type DType,
  dynamicUpdateSlice,
  einsum,
  index,
  integerPow,
  key,
  matmul,
  quantile,
  randint,
  reshape,
  setDevice,
  solve,
  sum,
  take,
  type Tensor,
  tensor,
  triangularSolve,
  uniform,
  zeros,
} from "../../mod.ts";

setDevice("reference");

const x = zeros([2, 3]);
const ids = zeros([2], { dtype: "i32" });

/** What does not fit, and what is said on the line that did it. */
const REFUSED: readonly [says: string, act: () => unknown][] = [
  ["Cannot add [2, 3] and [4]: sizes 3 and 4 differ and neither is 1", () => add(x, zeros([4]))],
  ["Cannot matmul [2, 3] and [2, 3]: ", () => matmul(x, x)],
  ["Cannot reshape [2, 3] to [4]: 6 elements are not 4", () => reshape(x, [4])],
  ["Cannot sum over axis 2: the operand has 2 axes; use -2", () => sum(x, { axes: [2] })],
  ["Cannot sum over axes [0,0]: an axis is named twice", () => sum(x, { axes: [0, 0] })],
  ["Cannot index [2, 3] by 3 items: it has only 2 axes", () => index(x, [0, 0, 0])],
  ["Cannot index axis 0 of [2, 3] at 5: it has 2 elements", () => index(x, [5])],
  ["Cannot take the 1.5-quantile: q is not between 0 and 1", () => quantile(x, 1.5)],
  ["Cannot solve [3, 3] and [2, 3]: the right side needs 3 rows", () => solve(zeros([3, 3]), x)],
  ["Cannot sample integers as f32", () => randint(key(0), [2], { maxval: 3, dtype: "f32" })],
  ["Cannot sample uniform i32", () => uniform(key(0), [2], { dtype: "i32" })],
  [
    "Cannot sample [5] from logits [2, 3]: the samples of one draw have shape [2]",
    () => categorical(key(0), x, { shape: [5] }),
  ],
  ['Cannot einsum "ij,jk" of [2, 3] and [2, 3]: axis "j"', () => einsum("ij,jk", x, x)],
  ["Cannot integer_pow i32[2] by -1: a negative power is no integer", () => integerPow(ids, -1)],
  ["Cannot bitcast f32[2, 3] to i8: the widths differ", () => bitcast(x, "i8")],
  ["it takes an integer dtype or bool; convert the operand first", () => bitwiseAnd(x, x)],
  ["ids are integers; convert them", () => take(x, zeros([2]), { axis: 0 })],
  ["Cannot dynamic_update_slice", () => dynamicUpdateSlice(x, ids, { starts: [0, 0] })],
  [
    "the rows of the second operand are not 3",
    () => triangularSolve(zeros([3, 3]), x, { lower: true }),
  ],
  ["concatenate", () => concatenate([x, zeros([2, 3, 1])])],
  // What callers without types do.
  ["a value of type array as an operand", () => add(x, [1, 2, 3] as unknown as Tensor)],
  ["Cannot make a tensor from string", () => tensor(["a"] as unknown as number[])],
  [
    'Cannot make a tensor of dtype "float32": the dtypes are ',
    () => tensor(1, { dtype: "float32" as DType }),
  ],
];

for (const [says, act] of REFUSED) {
  Deno.test(`core: ${says}`, () => void assertThrows(act, Error, says));
}
