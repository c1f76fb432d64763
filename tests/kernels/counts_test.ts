import { assert, assertEquals } from "@std/assert";
import { valueAndGrad } from "../../autodiff/mod.ts";
import {
  allPrimitives,
  compileReport,
  evaluate,
  key,
  makeGraph,
  type ProgramReport,
  randint,
  setDevice,
  type Tensor,
  type Tree,
  treeLeaves,
} from "../../mod.ts";
import { gpt2Family } from "../../models/mod.ts";
import { causalLmLoss } from "../../nn/mod.ts";
import { adamw } from "../../optim/mod.ts";
import { graft, lora } from "../../peft/mod.ts";

setDevice("cpu");

const config = (layers: number) =>
  gpt2Family.parseConfig({
    model_type: "gpt2",
    vocab_size: 128,
    n_positions: 16,
    n_embd: 64,
    n_layer: layers,
    n_head: 4,
  });

const ids = randint(key(1), [2, 16], { minval: 0, maxval: 128 });
await evaluate(ids);

/** A training step of the trainable tree that `build` makes of a model's parameters. */
async function stepOf(
  layers: number,
  kind: "lora" | "full",
): Promise<{ step: Step; args: readonly [Tree, Tree]; params: Tree }> {
  const settings = config(layers);
  const head = gpt2Family.head("causal-lm");
  const params = gpt2Family.init(key(0), settings, { task: "causal-lm" });
  const adapter = lora.init(key(2), params, {
    r: 4,
    target_modules: ["c_attn"],
    model_type: "gpt2",
  });
  await evaluate(params, adapter);
  const logits = (p: typeof params): Tensor => head(p, { input_ids: ids }, settings).logits;
  const loss = kind === "full"
    ? (p: Tree) => causalLmLoss(logits(p as typeof params), ids)
    : (a: Tree) => causalLmLoss(logits(graft(params, a as typeof adapter)), ids);
  const optimizer = adamw(1e-3);
  const trainable: Tree = kind === "full" ? params : adapter;
  const state = optimizer.init(trainable);
  await evaluate(state);
  const step = (p: Tree, s: Tree): Tree => {
    const { value, grad } = valueAndGrad(loss)(p);
    const [next, nextState] = optimizer.update(grad, s as typeof state, p);
    return [value, next, nextState];
  };
  return { step, args: [trainable, state], params };
}

type Step = (p: Tree, s: Tree) => Tree;

async function reportOf(layers: number, kind: "lora" | "full"): Promise<ProgramReport> {
  const { step, args } = await stepOf(layers, kind);
  return await compileReport(step, { donate: [0, 1] })(...args);
}

Deno.test("counts: LoRA costs less than full fine-tuning, in operations and in memory", async () => {
  const [adapter, full] = [await reportOf(2, "lora"), await reportOf(2, "full")];
  assert(adapter.flops < 0.8 * full.flops, `${adapter.flops} of ${full.flops}`);
  assert(adapter.peakBytes < full.peakBytes, `${adapter.peakBytes} of ${full.peakBytes}`);
});

Deno.test("counts: no product and no buffer for the gradient of a frozen weight", async () => {
  const { step, args, params } = await stepOf(2, "lora");
  const graph = makeGraph(step)(...args);
  const frozen = new Set(
    treeLeaves(params).filter((x) => x.shape.length === 2).map((x) => `${x.shape}`),
  );
  const product = allPrimitives().get("dot_general");
  const made = graph.nodes.filter((node) =>
    node.primitive === product &&
    [graph.avals[node.out]!.shape, [...graph.avals[node.out]!.shape].reverse()]
      .some((shape) => frozen.has(`${shape}`))
  );
  assertEquals(made.map((node) => `${graph.avals[node.out]!.shape}`), []);
});

Deno.test("counts: two and twelve layers use the same kernels", async () => {
  const names = (report: ProgramReport): Set<string> => new Set(report.kernels.map((k) => k.name));
  const [two, twelve] = [names(await reportOf(2, "lora")), names(await reportOf(12, "lora"))];
  assertEquals([...twelve].filter((name) => !two.has(name)), []);
});
