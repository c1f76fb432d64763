import type { Tensor } from "../../mod.ts";

/** Whether two types are the same one; `true satisfies Exactly<A, B>` asserts it. */
export type Exactly<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2)
  ? true
  : false;

/** A parameter tree like those of models: records, lists, and parts that may be absent. */
export type Params = {
  readonly layers: readonly { readonly w: Tensor; readonly bias?: Tensor }[];
  readonly lm_head?: Tensor;
};

/** Settings, which are no tensors. */
export type Config = { readonly scale: number; readonly name: string };
