import {
  add,
  eye,
  type FlatTree,
  type Json,
  matmul,
  mul,
  normal,
  splitKey,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  type Tree,
  weightShape,
  zeros,
} from "../core/mod.ts";
import { type Adapter, makeAdapter, type ModuleFields } from "./adapter.ts";
import { type AdaloraConfig, parseAdaloraConfig } from "./adalora_config.ts";
import { givenFields } from "./_config.ts";
import { ADALORA_TARGETS } from "./defaults.ts";
import { foldInPath } from "./_keys.ts";
import type { Layout, LayoutOptions, Module } from "./layout.ts";
import { loraWeight } from "./lora_weight.ts";
import type { GraftOptions, InitOptions, Method } from "./method.ts";
import { checkModules, checkShape, fieldsFromTensors, moduleTensors } from "./_module_files.ts";
import { graftModules } from "./_module_graft.ts";
import { replacedTensors } from "./_replaced.ts";
import { resolveTargets, selectModules } from "./targets.ts";

/** The factors of one module: B diag(E) A, with R = init_r ranks or those that are left of them. */
export type AdaloraModule = {
  /** [R, in] */
  readonly lora_A: Tensor;
  /** [R, 1] */
  readonly lora_E: Tensor;
  /** [out, R] */
  readonly lora_B: Tensor;
};

/** An AdaLoRA adapter. */
export type AdaloraAdapter = Adapter<ModuleFields<AdaloraModule>, AdaloraConfig>;

const ACCEPTS: readonly Layout[] = ["linear", "conv1d"];

/**
 * AdaLoRA: W + s·B·diag(E)·A, where a budget of ranks moves during training to the modules that need
 * them: `adaloraAllocate` (adalora_budget.ts) sets entries of E to zero.
 *
 * The factors are kept close to orthogonal by `adaloraPenalty`, which belongs in the loss.
 *
 * @see Zhang et al. 2023, arXiv:2303.10512
 */
export const adalora: Method<AdaloraAdapter, AdaloraConfig> = {
  name: "adalora",
  peft_type: "ADALORA",
  kind: "weights",
  parseConfig: parseAdaloraConfig,
  init: initAdalora,
  graft: graftAdalora,
  toTensors: (adapter) => moduleTensors(adapter.fields),
  fromTensors,
};

function initAdalora(
  key: Tensor,
  params: Tree,
  options: InitOptions<AdaloraConfig> = {},
): AdaloraAdapter {
  const parsed = parseAdaloraConfig(givenFields(options) as { readonly [field: string]: Json });
  const config = resolveTargets(parsed, params, { ...options, table: ADALORA_TARGETS });
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  const modules = Object.fromEntries(selected.map((module) => {
    const [inputs, outputs] = sides(module);
    const keys = splitKey(foldInPath(key, module.path), 3);
    const std = config.init_lora_weights ? 0.02 : 1;
    const R = config.init_r;
    const made: AdaloraModule = {
      lora_A: mul(std, normal(keys[0]!, [R, inputs])),
      lora_E: config.init_lora_weights ? zeros([R, 1]) : normal(keys[1]!, [R, 1]),
      lora_B: mul(std, normal(keys[2]!, [outputs, R])),
    };
    return [module.path, made];
  }));
  const replaced = replacedTensors(params, config, Object.keys(modules));
  const fan_in_fan_out = selected.some(({ layout }) => layout === "conv1d");
  return makeAdapter("adalora", { modules, replaced }, { ...config, fan_in_fan_out });
}

function sides(module: Module): readonly [inputs: number, outputs: number] {
  const [first, second] = weightShape(module.weight) as readonly [number, number];
  return module.layout === "conv1d" ? [first, second] : [second, first];
}

function graftAdalora<P extends Tree>(
  params: P,
  adapter: AdaloraAdapter,
  options: GraftOptions = {},
): P {
  const { lora_alpha, init_r, lora_dropout } = adapter.statics;
  const { key } = options;
  return graftModules(params, adapter.fields, {
    ...options,
    update: (node, { lora_A, lora_E, lora_B }, module) => ({
      ...node,
      weight: loraWeight({
        base: module.weight,
        lora_A: mul(lora_E, lora_A),
        lora_B,
        key: key && lora_dropout > 0 ? foldInPath(key, module.path) : undefined,
        amount: options.weight,
      }, {
        // The initial rank divides, whatever is left of it; so does PEFT's guard against zero.
        scale: (lora_alpha > 0 ? lora_alpha : init_r) / (init_r + 1e-5),
        layout: module.layout,
        dropout: lora_dropout,
        tied: false,
      }),
    }),
  });
}

/** Mean over all A and B of ‖P Pᵀ - I‖: how far the factors are from orthogonal. A scalar. */
export function adaloraOrthogonality(adapter: AdaloraAdapter): Tensor {
  const distance = (rows: Tensor): Tensor => {
    const gram = matmul(rows, transpose(rows)); // [R, R]
    return sqrt(sum(square(sub(gram, eye(rows.shape[0]!)))));
  };
  const distances = Object.values(adapter.fields.modules).flatMap(({ lora_A, lora_B }) => [
    distance(lora_A),
    distance(transpose(lora_B)),
  ]);
  return mul(1 / distances.length, distances.reduce((total, each) => add(total, each)));
}

/** What AdaLoRA adds to the loss: orth_reg_weight times `adaloraOrthogonality`. */
export function adaloraPenalty(adapter: AdaloraAdapter): Tensor {
  return mul(adapter.statics.orth_reg_weight, adaloraOrthogonality(adapter));
}

function fromTensors(
  config: AdaloraConfig,
  tensors: FlatTree,
  params: Tree,
  options: LayoutOptions = {},
): AdaloraAdapter {
  const names = ["lora_A", "lora_E", "lora_B"];
  const target = { params, config };
  const fields = fieldsFromTensors(tensors, names, target) as ModuleFields<AdaloraModule>;
  const selected = selectModules(params, config, { ...options, accepts: ACCEPTS });
  checkModules(Object.keys(fields.modules), selected.map(({ path }) => path));
  for (const module of selected) {
    const { path } = module;
    const { lora_A, lora_E, lora_B } = fields.modules[path]!;
    const kept = config.rank_pattern?.[`${path}.lora_E`];
    const R = kept ? kept.filter((keep) => keep).length : config.init_r;
    const [inputs, outputs] = sides(module);
    checkShape(`${path}.lora_A`, lora_A?.shape ?? [], [R, inputs]);
    checkShape(`${path}.lora_E`, lora_E?.shape ?? [], [R, 1]);
    checkShape(`${path}.lora_B`, lora_B?.shape ?? [], [outputs, R]);
  }
  return makeAdapter("adalora", fields, config);
}
