import { type Fields, isStructured, type Json, STRUCTURED, type Tensor } from "../core/mod.ts";

/** What every adapter's configuration holds; the rest is the method's. Spelled as PEFT's file. */
export type AdapterConfig = {
  /** PEFT's name of the method, such as "LORA". */
  readonly peft_type: string;
  /** What the model is used for: "CAUSAL_LM", "SEQ_CLS" ... */
  readonly task_type: string | null;
  readonly base_model_name_or_path: string | null;
  readonly revision: string | null;
};

/**
 * What fine-tuning trains: plain data that is itself a tree.
 *
 * `fields` are the tensors and `statics` the configuration, which belongs to the structure of the
 * tree. So an adapter goes through grad, jit, optimizers and files as it is, and the gradient with
 * respect to an adapter is an adapter.
 */
export type Adapter<F extends Fields = Fields, C extends AdapterConfig = AdapterConfig> = {
  readonly [STRUCTURED]: true;
  /** "adapter/" and the name of the method. */
  readonly kind: string;
  readonly fields: F;
  readonly statics: C;
};

/**
 * Tensors of methods that adapt weights: `modules` by module path, named and nested as in PEFT's
 * file; `replaced` are copies of base tensors that are trained themselves (biases and
 * modules_to_save), by the path of the tensor that they stand for; `shared` are tensors that all
 * modules use.
 */
export type ModuleFields<M extends Fields = Fields> = {
  readonly modules: { readonly [path: string]: M };
  readonly replaced: { readonly [path: string]: Tensor };
  readonly shared?: Fields | undefined;
};

const KIND = "adapter/";

/** An adapter of the method `name`. */
export function makeAdapter<F extends Fields, C extends AdapterConfig>(
  name: string,
  fields: F,
  config: C,
): Adapter<F, C> {
  return { [STRUCTURED]: true, kind: KIND + name, fields, statics: config };
}

/** The configuration as PEFT's file has it: every field by name. */
export function configOf(adapter: Adapter): { readonly [field: string]: Json } {
  return { ...adapter.statics };
}

/** Name of the method that an adapter belongs to. */
export function methodName(adapter: Adapter): string {
  return adapter.kind.slice(KIND.length);
}

/** Whether `x` is an adapter. */
export function isAdapter(x: unknown): x is Adapter {
  return isStructured(x) && x.kind.startsWith(KIND);
}
