import { assertEquals } from "@std/assert";
import { valueAndGrad } from "../../../autodiff/mod.ts";
import {
  type Graph,
  key,
  makeGraph,
  type Tensor,
  type Tree,
  treeFlatten,
  zeros,
} from "../../../mod.ts";
import {
  applyWeight,
  convert,
  defineWeight,
  mul,
  ones,
  type StructuredWeight,
  weightShape,
} from "../../../core/mod.ts";
import { bytesOf, sizeOf } from "../../../core/internal.ts";
import type { Schedule } from "../../../kernels/ir/types.ts";
import { scheduleGraph } from "../../../kernels/schedule/mod.ts";
import { gpt2Family, type Gpt2Params } from "../../../models/mod.ts";
import { causalLmLoss } from "../../../nn/mod.ts";
import { adamw } from "../../../optim/mod.ts";
import { graft, lora, updateModules } from "../../../peft/mod.ts";
import { distinctGraph, MACHINE } from "./_graphs.ts";

/**
 * What a training step of GPT-2 124M's layers costs, exactly: a change of a number is a decision.
 * Nothing is computed; batch 4 x 128.
 */

const LAYERS = 2;
const config = gpt2Family.parseConfig({
  model_type: "gpt2",
  n_layer: LAYERS,
  resid_pdrop: 0,
  embd_pdrop: 0,
  attn_pdrop: 0,
});
const head = gpt2Family.head("causal-lm");
const ids = zeros([4, 128], { dtype: "i32" });

function lossOf(params: Gpt2Params, x: Tensor): Tensor {
  return causalLmLoss(head(params, { input_ids: x }, config, {}).logits, x);
}

/** Schedule of one AdamW step on `params`; its state is donated. */
function stepSchedule<P extends Tree>(params: P, base: Gpt2Params, loss: Loss<P>): Schedule {
  const optimizer = adamw(1e-3);
  const state = optimizer.init(params);
  const step = (p: P, s: typeof state, b: Gpt2Params, x: Tensor): Tree => {
    const { value, grad } = valueAndGrad((q: P) => loss(q, b, x))(p);
    const [next, nextState] = optimizer.update(grad, s, p);
    return [next, nextState, value] as unknown as Tree;
  };
  const graph: Graph = distinctGraph(makeGraph(step)(params, state, base, ids));
  const donated = treeFlatten([params, state] as unknown as Tree)[0].length;
  const isDonated = Array.from({ length: graph.inputs }, (_, i) => i < donated);
  return scheduleGraph(graph, isDonated, MACHINE);
}

type Loss<P> = (params: P, base: Gpt2Params, x: Tensor) => Tensor;

function costOf({ kernels, buffers }: Schedule): Record<string, number> {
  return {
    kernels: kernels.length,
    host: kernels.filter(({ ir }) => ir.kind === "host").length,
    copies: kernels.filter((kernel) => kernel.isCopy).length,
    moved: kernels.reduce((sum, kernel) => sum + kernel.bytes, 0),
    peak: peakBytes({ kernels, buffers }),
  };
}

/** The most bytes of buffers that are no inputs at any time. */
function peakBytes({ kernels, buffers }: Pick<Schedule, "kernels" | "buffers">): number {
  const change = new Float64Array(kernels.length + 1);
  const lives = new Map<number, { bytes: number; birth: number; death: number }>();
  for (const buffer of buffers) {
    let root = buffer;
    while (root.alias !== null) root = buffers[root.alias]!;
    if (root.role.kind === "input") continue;
    const bytes = root.size * bytesOf(root.dtype);
    const { birth, death } = lives.get(root.id) ?? buffer;
    lives.set(root.id, {
      bytes,
      birth: Math.min(birth, buffer.birth),
      death: Math.max(death, buffer.death),
    });
  }
  for (const { bytes, birth, death } of lives.values()) {
    change[birth]! += bytes;
    change[death + 1]! -= bytes;
  }
  let live = 0;
  return change.reduce((peak, by) => Math.max(peak, live += by), 0);
}

Deno.test("scheduleGraph: a LoRA step of two GPT-2 layers", () => {
  const base = gpt2Family.init(key(0), config, { task: "causal-lm" });
  const adapter = lora.init(key(1), base, { target_modules: ["c_attn"], model_type: "gpt2" });
  const schedule = stepSchedule(adapter, base, (p, b, x) => lossOf(graft(b, p), x));
  assertEquals(costOf(schedule), {
    kernels: 60,
    host: 0,
    copies: 0,
    moved: 1_355_700_288,
    peak: 142_305_292,
  });
});

Deno.test("scheduleGraph: a full step of two GPT-2 layers", () => {
  const params = gpt2Family.init(key(0), config, { task: "causal-lm" });
  const schedule = stepSchedule(params, params, (p, _base, x) => lossOf(p, x));
  assertEquals(costOf(schedule), {
    kernels: 97,
    host: 0,
    copies: 0,
    moved: 3_287_528_192,
    peak: 270_771_724,
  });
});

type Int8Fields = { readonly q: Tensor; readonly scale: Tensor };

/** A weight of bytes with a scale an output, q · scale: what a quantised base has. */
const int8: (fields: Int8Fields, statics: null) => StructuredWeight = defineWeight<
  Int8Fields,
  null
>("test/int8", {
  apply: (fields, x, use) => applyWeight(dequantised(fields), x, use),
  dense: dequantised,
  shape: ({ q }) => q.shape,
});

function dequantised({ q, scale }: Int8Fields): Tensor {
  return mul(convert(q, "f32"), scale);
}

const QUANTISED = ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"];

Deno.test("scheduleGraph: a QLoRA step of two GPT-2 layers never holds a weight in f32", () => {
  const plain = gpt2Family.init(key(0), config, { task: "causal-lm" });
  const sizes = new Set<number>();
  const paths = [...Array(LAYERS).keys()].flatMap((i) =>
    QUANTISED.map((name) => `transformer.h.${i}.${name}`)
  );
  const base = updateModules(plain, paths, (node) => {
    const [inputs, outputs] = weightShape(node.weight as Tensor) as [number, number];
    sizes.add(sizeOf([inputs, outputs]));
    const q = zeros([inputs, outputs], { dtype: "i8" });
    return { ...node, weight: int8({ q, scale: ones([1, outputs]) }, null) };
  });
  const adapter = lora.init(key(1), base, { target_modules: ["c_attn"], model_type: "gpt2" });
  const schedule = stepSchedule(adapter, base, (p, b, x) => lossOf(graft(b, p), x));
  const dense = schedule.buffers.filter(({ size, role }) =>
    role.kind !== "input" && sizes.has(size)
  );
  assertEquals(dense, []);
  // The peak is that of LoRA; what is moved is less by the bytes that the weights do not have.
  assertEquals(costOf(schedule), {
    kernels: 60,
    host: 0,
    copies: 0,
    moved: 1_276_175_424,
    peak: 142_305_292,
  });
});
