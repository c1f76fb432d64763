import type { FlatTree, Json, Tree } from "../core/mod.ts";
import { type Adapter, configOf, methodName } from "./adapter.ts";
import type { LayoutOptions } from "./layout.ts";
import { methodOf } from "./registry.ts";

/** What a folder with an adapter holds: adapter_config.json and adapter_model.safetensors. */
export type AdapterFiles = {
  readonly config: { readonly [field: string]: Json };
  readonly tensors: FlatTree;
};

const PREFIX = "base_model.model.";
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
  const tensors = Object.entries(method.toTensors(adapter)).map(([path, tensor]) =>
    [PREFIX + path, tensor] as const
  );
  return { config, tensors: Object.fromEntries(tensors) };
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
  const tensors = Object.entries(files.tensors).map(([name, tensor]) =>
    [withoutPrefix(name), tensor] as const
  );
  const config = method.parseConfig(files.config);
  return method.fromTensors(config, Object.fromEntries(tensors), params, options);
}

/** Names as in the model. Wrapped twice, PEFT repeats the prefix; a compiled model adds another. */
function withoutPrefix(name: string): string {
  let rest = name;
  while (rest.startsWith(PREFIX)) rest = rest.slice(PREFIX.length);
  return rest.replaceAll("_orig_mod.", "");
}
