import type { FlatTree, Json, Tensor, Tree } from "../core/mod.ts";
import type { Adapter, AdapterConfig } from "./adapter.ts";
import type { LayoutOptions } from "./layout.ts";

/** Options of `graft`, for every method. */
export type GraftOptions = LayoutOptions & {
  /** Random key of dropout, folded by module path. Without a key there is no dropout. */
  readonly key?: Tensor;
  /**
   * How much of the adapter is applied: a scalar, or one number per row of the batch, [B]. 0 is the
   * base model, so a batch can mix adapters.
   */
  readonly weight?: Tensor;
};

/** What `init` takes besides the fields of the configuration. */
export type InitContext = LayoutOptions & {
  /** The model's `model_type` in config.json: chooses the default target_modules. */
  readonly model_type?: string;
  /** The model's config.json: gives model_type, and sizes that prompt methods need. */
  readonly model_config?: { readonly [field: string]: Json };
};

/** Fields of a configuration; those left out have PEFT's defaults. */
export type InitOptions<C extends AdapterConfig> = InitContext & { readonly [F in keyof C]?: C[F] };

/**
 * A fine-tuning method: one record a method, in one file, listed in registry.ts.
 *
 * `kind` says what it changes: the weights of layers, or the inputs that layers see (prompts,
 * prefixes).
 */
export type Method<A extends Adapter, C extends AdapterConfig> = {
  /** Name in this library, such as "lora". */
  readonly name: string;
  /** PEFT's name, such as "LORA". */
  readonly peft_type: string;
  readonly kind: "weights" | "inputs";
  /**
   * The configuration in a JSON record with defaults for what is missing.
   *
   * @throws {TypeError} for a field that is unknown or changes the meaning in an unknown way
   * @throws {RangeError} for a value that cannot be
   */
  parseConfig(json: { readonly [field: string]: Json }): C;
  /** A fresh adapter for the parameter tree `params`. */
  init(key: Tensor, params: Tree, options?: InitOptions<C>): A;
  /** `params` with the adapter in it: the model function runs on either. */
  graft<P extends Tree>(params: P, adapter: A, options?: GraftOptions): P;
  /** The adapter's tensors by the names of PEFT's files. */
  toTensors(adapter: A): FlatTree;
  /**
   * The adapter in a file's tensors, checked against the model that it is for. Their names come
   * without PEFT's prefixes.
   */
  fromTensors(config: C, tensors: FlatTree, params: Tree, options?: LayoutOptions): A;
};

/** A method of any kind. */
export type AnyMethod = Method<Adapter, AdapterConfig>;
