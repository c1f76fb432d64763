import { type FlatTree, isFloat, type Json, type Tree, TreeError } from "../core/mod.ts";
import { type Adapter, configOf, methodName } from "./adapter.ts";
import type { LayoutOptions } from "./layout.ts";
import { PREFIX } from "./_module_files.ts";
import { methodOf } from "./registry.ts";

/** What a folder with an adapter holds: adapter_config.json and adapter_model.safetensors. */
export type AdapterFiles = {
  readonly config: { readonly [field: string]: Json };
  readonly tensors: FlatTree;
};

/** The version of PEFT whose files these are. */
const PEFT_VERSION = "0.21.0";

/**
 * An adapter as PEFT's files hold it.
 *
 * Target lists are sorted, so equal adapters give equal files.
 */
export function adapterToFiles(adapter: Adapter): AdapterFiles {
  const method = methodOf(methodName(adapter));
  const targets = configOf(adapter).target_modules;
  const config = {
    ...adapter.statics,
    ...(Array.isArray(targets) ? { target_modules: [...targets].sort() } : {}),
    auto_mapping: null,
    inference_mode: true,
    peft_version: PEFT_VERSION,
  };
  return { config, tensors: method.toTensors(adapter) };
}

/**
 * The adapter in PEFT's files, checked against the model that it is for.
 *
 * @param files adapter_config.json and the tensors of adapter_model.safetensors
 * @param params the model's parameters: they say which modules there are and what shapes they have
 * @throws {UnsupportedError} for a method or a configuration field that is not known
 * @throws {TreeError} naming what does not fit the model
 */
export function adapterFromFiles(
  files: AdapterFiles,
  params: Tree,
  options: LayoutOptions = {},
): Adapter {
  const { peft_type } = files.config;
  if (typeof peft_type !== "string") {
    throw new TypeError(
      `Cannot read the adapter configuration: peft_type is ${JSON.stringify(peft_type)}; ` +
        `expected the name of a method, such as "LORA"`,
    );
  }
  const method = methodOf(peft_type);
  refuseIntegers(files.tensors);
  const tensors = Object.entries(files.tensors).map(([name, tensor]) =>
    [withoutPrefix(name), tensor] as const
  );
  const config = method.parseConfig(files.config);
  return method.fromTensors(config, Object.fromEntries(tensors), params, options);
}

/** Whatever is trained is a float; only indices into a bank of vectors are not. */
function refuseIntegers(tensors: FlatTree): void {
  const wrong = Object.entries(tensors).find(([name, { dtype }]) =>
    !isFloat(dtype) && !name.endsWith("indices")
  );
  if (!wrong) return;
  const [name, { dtype }] = wrong;
  throw new TreeError(
    `Cannot read the adapter: its "${name}" is ${dtype}; floats are expected: f32, f16 or bf16`,
    name,
  );
}

/**
 * Names as in the model. Wrapped twice, PEFT repeats the prefix, and a compiled model adds another;
 * what belongs to no module of the model has half of it.
 */
function withoutPrefix(name: string): string {
  let rest = name.replaceAll("_orig_mod.", "");
  while (rest.startsWith(PREFIX)) rest = rest.slice(PREFIX.length);
  return rest.replace(/^base_model\./, "");
}
