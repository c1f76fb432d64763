import { constantIndex, flatten, requireAffine } from "../ir/index.ts";
import type { Index, Value } from "../ir/types.ts";
import { constantValue, makeValue } from "../ir/value.ts";
import type { Node } from "../schedule/node.ts";
import { convertValue } from "./convert.ts";
import type { Lowering } from "./lowering.ts";

/**
 * Threefry-2x32 with 20 rounds as an expression of one element, so that random numbers are made
 * inside the kernels that use them.
 *
 * @see Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"
 */

const ROTATIONS = [[13, 15, 26, 6], [17, 29, 16, 24]] as const;
const PARITY = 0x1bd11bda;

/** The value of random_bits or threefry2x32 at an index. */
export function randomValue(
  c: Lowering,
  n: Node,
  at: readonly Index[],
  valueAt: (c: Lowering, node: number, at: readonly Index[]) => Value,
): Value {
  const t = c.table.indices;
  const [key, counter] = n.inputs;
  const wordAt = (node: number, before: readonly Index[], word: number): Value =>
    valueAt(c, node, [...before, constantIndex(t, word)]);
  if (n.op === "random_bits") {
    const keyRank = c.norm.nodes[key!]!.shape.length - 1;
    const index = requireAffine(flatten(t, at.slice(keyRank), n.shape.slice(keyRank)));
    const before = at.slice(0, keyRank);
    const position = convertValue(
      c.table,
      makeValue(c.table, "index", "i32", [], { index }),
      "u32",
    );
    const keys = [wordAt(key!, before, 0), wordAt(key!, before, 1)] as const;
    const [a, b] = threefry(c, keys, [constantValue(c.table, 0, "u32"), position]);
    return makeValue(c.table, "xor", "u32", [a, b]);
  }
  const before = at.slice(0, -1);
  const words = (node: number) => [wordAt(node, before, 0), wordAt(node, before, 1)] as const;
  const [a, b] = threefry(c, words(key!), words(counter!));
  const index = requireAffine(at.at(-1)!);
  if (index.terms.length === 0) return index.constant === 0 ? a : b;
  const word = makeValue(c.table, "index", "i32", [], { index });
  const isFirst = makeValue(c.table, "eq", "bool", [word, constantValue(c.table, 0, "i32")]);
  return makeValue(c.table, "select", "u32", [isFirst, a, b]);
}

/** Both words of the block for two words of key and two of counter. */
function threefry(
  c: Lowering,
  [key0, key1]: readonly [Value, Value],
  [counter0, counter1]: readonly [Value, Value],
): readonly [Value, Value] {
  const binary = (op: string, x: Value, y: Value): Value => makeValue(c.table, op, "u32", [x, y]);
  const number = (value: number): Value => constantValue(c.table, value, "u32");
  const rotate = (x: Value, turn: number): Value =>
    binary(
      "or",
      binary("shift_left", x, number(turn)),
      binary("shift_right_logical", x, number(32 - turn)),
    );
  const schedule = [key0, key1, binary("xor", binary("xor", key0, key1), number(PARITY))];
  let a = binary("add", counter0, key0);
  let b = binary("add", counter1, key1);
  for (let group = 0; group < 5; group++) {
    for (const turn of ROTATIONS[group % 2]!) {
      a = binary("add", a, b);
      b = binary("xor", a, rotate(b, turn));
    }
    a = binary("add", a, schedule[(group + 1) % 3]!);
    b = binary("add", binary("add", b, schedule[(group + 2) % 3]!), number(group + 1));
  }
  return [a, b];
}
