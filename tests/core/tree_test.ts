import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  add,
  defineWeight,
  isTensor,
  mul,
  setDevice,
  type Tensor,
  tensor,
  type Tree,
  treeCombine,
  treeEntries,
  TreeError,
  treeFlatten,
  treeLeaves,
  treeMap,
  treePartition,
  treePaths,
  treeSize,
  treeUnflatten,
  treeZip,
  unflattenPaths,
} from "../../mod.ts";

setDevice("reference");

const scaled = defineWeight<{ w: Tensor }, { s: number }>("test/scaled", {
  apply: (_fields, x) => x,
  dense: ({ w }, { s }) => mul(s, w),
  shape: ({ w }) => w.shape,
});

const tree = {
  h: [{ weight: tensor([1, 2]), bias: undefined }, { weight: tensor([3]) }],
  wte: scaled({ w: tensor([4, 5, 6]) }, { s: 2 }),
};

Deno.test("treePaths: dotted, sorted, without what is absent; fields of a weight are its own", () => {
  assertEquals(treePaths(tree), ["h.0.weight", "h.1.weight", "wte.w"]);
  assertEquals(treeLeaves(tree).map((x) => x.shape), [[2], [1], [3]]);
  assertEquals(treeSize(tree), 6);
  assertEquals(treePaths(tensor(1)), [""]);
  assertEquals(treePaths([]), []);
});

Deno.test("treeUnflatten: undoes treeFlatten", () => {
  const [leaves, def] = treeFlatten(tree);
  const again = treeUnflatten(def, leaves) as typeof tree;
  assertEquals(treePaths(again), treePaths(tree));
  assertEquals(again.wte.statics, { s: 2 });
  assert(again.h[0]!.weight === tree.h[0]!.weight);
  assertThrows(() => treeUnflatten(def, leaves.slice(1)), TreeError, "Cannot rebuild a tree of 3");
});

Deno.test("treeMap: keeps the structure and hands over the path", async () => {
  const paths: string[] = [];
  const doubled = treeMap((x, path) => (paths.push(path), mul(x, 2)), tree);
  assertEquals(paths, treePaths(tree));
  assertEquals([...await doubled.h[0]!.weight.data()], [2, 4]);
});

const MISMATCHED: readonly [other: Tree, says: string][] = [
  [{ a: tensor(1) }, 'the other tree has no "b"'],
  [{ a: tensor(1), b: tensor(2), c: tensor(3) }, 'the other tree has "c" besides'],
  [{ a: tensor(1), b: [tensor(2)] }, 'the other tree has no "b"'],
];

for (const [other, says] of MISMATCHED) {
  Deno.test(`treeZip: ${says}`, () => {
    const one = { a: tensor(1), b: tensor(2) };
    assertThrows(() => treeZip(([x, y]) => add(x!, y!), one, other), TreeError, says);
  });
}

Deno.test("treeZip: weights of other settings are of other structure", () => {
  const at = (s: number) => scaled({ w: tensor(1) }, { s });
  assertThrows(
    () => treeZip(([x]) => x!, at(1), at(2)),
    TreeError,
    "the kinds of their nodes or weights differ",
  );
});

const NO_TREES: readonly [value: unknown, says: string][] = [
  [
    { a: { lr: 1 } },
    'Cannot use number as a tree at "a.lr": leaves are tensors; wrap it: tensor(x)',
  ],
  [{ a: "text" }, 'Cannot use string as a tree at "a": leaves are tensors; keep settings'],
  [{ a: [null] }, 'Cannot use null as a tree at "a.0"'],
  [{ a: new Map() }, 'Cannot use a class as a tree at "a"'],
];

for (const [value, says] of NO_TREES) {
  Deno.test(`treeLeaves: ${says}`, () => {
    assertThrows(() => treeLeaves(value as Tree), TreeError, says);
  });
}

Deno.test("treePartition, treeCombine: take apart and put together again by path", () => {
  const [kept, rest] = treePartition(tree, (path) => path.startsWith("h."));
  assertEquals([Object.keys(kept), Object.keys(rest)], [["h.0.weight", "h.1.weight"], ["wte.w"]]);
  const changed = { "wte.w": tensor([7, 8, 9]) };
  const again = treeCombine(tree, kept, changed);
  assert(treeEntries(again).at(-1)![1] === changed["wte.w"]);
  assert(treeEntries(again)[0]![1] === tree.h[0]!.weight);
  assertThrows(
    () => treeCombine(tree, { nope: tensor(1) }),
    TreeError,
    'Cannot combine: the tree has no "nope"',
  );
});

Deno.test("unflattenPaths: nests dotted names, and makes lists of those that count", () => {
  const [a, b] = [tensor(1), tensor(2)];
  const nested = unflattenPaths([["h.1.w", b], ["h.0.w", a], ["wte.weight", a]]);
  assertEquals(treePaths(nested), ["h.0.w", "h.1.w", "wte.weight"]);
  assert(Array.isArray((nested as { h: unknown }).h));
  assert(isTensor((nested as { wte: { weight: Tensor } }).wte.weight));
  assertThrows(
    () => unflattenPaths([["a", a], ["a.b", b]]),
    TreeError,
    'Cannot nest "a.b": a tensor and a module have the same name',
  );
});
