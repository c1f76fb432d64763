import "../../mod.ts";
import { convert, setDevice, type Tensor, tensor, type Tree, treeZip } from "../../mod.ts";
import { unflattenPaths } from "../../mod.ts";
import { compare, type Tolerance } from "../golden/compare.ts";
import { openTensors } from "../golden/tensors.ts";
import { globalNorm, type Optimizer, type Transform } from "../../optim/mod.ts";
import { type Description, optimizerOf, scheduleOf, torchOptimizerOf } from "./_optax.ts";

setDevice("reference");

type Case = {
  readonly id: string;
  readonly op: string;
  readonly attrs: {
    readonly optimizer?: Description;
    readonly schedule?: string;
    readonly name?: string;
    readonly args?: { readonly [name: string]: unknown };
    readonly steps?: number;
    readonly params_tree?: unknown;
  };
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly tolerance: Tolerance;
  readonly tolerances?: readonly Tolerance[];
};

const folder = new URL("../goldens/ops/", import.meta.url);
const manifest = JSON.parse(await Deno.readTextFile(new URL("optim.json", folder)));
const file = await openTensors(new URL("optim.safetensors", folder).pathname);
let passed = 0;

async function expectClose(actual: Tensor, one: Case, output: number): Promise<void> {
  const expected = file.get(one.outputs[output]!);
  const tolerance = one.tolerances?.[output] ?? one.tolerance;
  const verdict = compare(await actual.data(), await expected.data(), expected.dtype, tolerance);
  if (!verdict.passed) throw new Error(`${one.id}, output ${output}: ${verdict.text}`);
}

/** A leaf's position in the inputs, in the case's tree of positions. */
function positions(tree: unknown, path = ""): (readonly [path: string, position: number])[] {
  if (typeof tree === "number") return [[path, tree]];
  return Object.entries(tree as object).sort(([a], [b]) => a < b ? -1 : 1)
    .flatMap(([name, child]) => positions(child, path === "" ? name : `${path}.${name}`));
}

/** Runs the steps of a case. A transformation leaves the parameters alone and shows its updates. */
async function runSteps(one: Case, link: Optimizer | Transform): Promise<void> {
  const places = positions(one.attrs.params_tree);
  const inputs = one.inputs.map((key) => file.get(key));
  let params = unflattenPaths(places.map(([path, i]) => [path, inputs[i]!]));
  const gradients = await Promise.all(places.map(([, i]) => inputs[i + places.length]!.data()));
  let state = link.init(params);
  const history: number[][] = places.map(() => []);
  for (let step = 0; step < one.attrs.steps!; step++) {
    const grads = unflattenPaths(places.map(([path, i], leaf): [string, Tensor] => {
      const { shape, dtype } = inputs[i]!;
      const size = shape.reduce((a, b) => a * b, 1);
      const values = gradients[leaf]!.slice(step * size, (step + 1) * size);
      return [path, convert(tensor(Array.from(values), { shape }), dtype)];
    }));
    const [result, next] = link.update(grads as Tree, state, params);
    state = next;
    const shown = await Promise.all(leavesIn(params, result).map((x) => x.data()));
    shown.forEach((values, leaf) => void history[leaf]!.push(...values));
    if (!("kind" in link)) params = result;
  }
  for (const [leaf, values] of history.entries()) await expectClose(tensor(values), one, leaf);
  passed++;
}

function leavesIn(like: Tree, tree: Tree): Tensor[] {
  const leaves: Tensor[] = [];
  treeZip(
    ([, x]) => {
      leaves.push(x!);
      return x!;
    },
    like,
    tree,
  );
  return leaves;
}

for (const one of manifest.cases as Case[]) {
  const { attrs, op } = one;
  if (op === "optimizer" || op === "transform") {
    const link = optimizerOf(attrs.optimizer!);
    if (link) Deno.test(`optim golden: ${one.id}`, () => runSteps(one, link));
  } else if (op === "torch_optimizer") {
    const link = torchOptimizerOf(attrs.name!, attrs.args!);
    if (link) Deno.test(`optim golden: ${one.id}`, () => runSteps(one, link));
  } else if (op === "schedule") {
    const schedule = scheduleOf({ schedule: attrs.schedule!, args: attrs.args! });
    if (!schedule) continue;
    Deno.test(`optim golden: ${one.id}`, async () => {
      await expectClose(schedule(file.get(one.inputs[0]!)), one, 0);
      passed++;
    });
  } else if (op === "global_norm") {
    Deno.test(`optim golden: ${one.id}`, async () => {
      await expectClose(globalNorm(one.inputs.map((key) => file.get(key))), one, 0);
      passed++;
    });
  }
}

Deno.test("optim golden: enough cases were run", () => {
  if (passed < 40) throw new Error(`only ${passed} cases were run`);
});
