import { UnsupportedError } from "./errors.ts";
import type { Shape } from "./shape.ts";
import { isTensor, type Tensor } from "./tensor.ts";
import { type Json, STRUCTURED, type StructuredWeight, type Tree } from "./structured.ts";

/** What a layer has as its weight: a plain tensor, or data that behaves like one. */
export type Weight = Tensor | StructuredWeight;

/**
 * How a layer uses its weight.
 *
 * - `linear`: x [..., in] to [..., out]; `inAxis` is the axis of the stored matrix that is the input
 *   (1 for [out, in] as in PyTorch's Linear, 0 for [in, out] as in GPT-2's Conv1D)
 * - `lookup`: integer ids [...] to rows [..., D] of a table [V, D]
 * - `unembed`: hidden [..., D] to logits [..., V] by a table [V, D], as tied output layers do
 * - `conv`: x and a kernel, with the geometry of the convolution
 */
export type Use =
  | { readonly kind: "linear"; readonly inAxis: 0 | 1 }
  | { readonly kind: "lookup" }
  | { readonly kind: "unembed" }
  | ConvUse;

/** Geometry of a convolution, per spatial axis. */
export type ConvUse = {
  readonly kind: "conv";
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [low: number, high: number])[];
  readonly dilation: readonly number[];
  readonly groups: number;
};

/** Tensors, weights, or trees of them, by name. */
export type Fields = { readonly [name: string]: Tree | undefined };

/** Behaviour of a kind of weight. `F` are its fields, `S` its static settings (JSON data). */
export type WeightRules<F extends Fields, S extends Json> = {
  /** The layer's product with this weight, without bias. */
  apply(fields: F, x: Tensor, use: Use, statics: S): Tensor;
  /** The plain tensor that behaves the same: what merging stores. */
  dense(fields: F, statics: S): Tensor;
  /** Shape of `dense` without computing it. */
  shape(fields: F, statics: S): Shape;
};

type AnyRules = WeightRules<Fields, Json>;

const kinds = new Map<string, AnyRules>();
let plainRule: ((weight: Tensor, x: Tensor, use: Use) => Tensor) | null = null;

/**
 * Registers a kind of structured weight and returns its constructor.
 *
 * A structured weight is plain data `{ kind, fields, statics }`: its fields pass through jit, grad,
 * vmap and files like other tensors, its kind and statics belong to the structure of the tree.
 *
 * @throws {TypeError} if the kind is registered already
 */
export function defineWeight<F extends Fields, S extends Json = null>(
  kind: string,
  rules: WeightRules<F, S>,
): (fields: F, statics: S) => StructuredWeight {
  if (kinds.has(kind)) throw new TypeError(`Cannot define the weight "${kind}": the name is taken`);
  kinds.set(kind, rules as unknown as AnyRules);
  return (fields, statics) => ({ [STRUCTURED]: true, kind, fields, statics });
}

/** Says how layers use a plain tensor; nn does it once, because products are written there. */
export function definePlainUse(rule: (weight: Tensor, x: Tensor, use: Use) => Tensor): void {
  plainRule = rule;
}

/** A layer's product of `x` with its weight, plain or structured. */
export function applyWeight(weight: Weight, x: Tensor, use: Use): Tensor {
  if (!isTensor(weight)) return rulesOf(weight).apply(weight.fields, x, use, weight.statics);
  if (!plainRule) throw new TypeError("Cannot apply a weight: nn/mod.ts is not loaded");
  return plainRule(weight, x, use);
}

/** The plain tensor of a weight. */
export function dense(weight: Weight): Tensor {
  return isTensor(weight) ? weight : rulesOf(weight).dense(weight.fields, weight.statics);
}

/** Shape of a weight, computing nothing. */
export function weightShape(weight: Weight): Shape {
  return isTensor(weight) ? weight.shape : rulesOf(weight).shape(weight.fields, weight.statics);
}

/** The error of a kind of weight for a use that it has no rule for. */
export function unsupportedUse(kind: string, use: Use): UnsupportedError {
  return new UnsupportedError(
    `Cannot use a "${kind}" weight as ${use.kind}: it has no rule for that; ` +
      `merge it first or leave this module out of target_modules`,
  );
}

function rulesOf(weight: StructuredWeight | undefined): AnyRules {
  if (weight === undefined) {
    throw new TypeError(
      "Cannot use a weight: it is undefined; the parameters of a layer are named as in its " +
        'checkpoint, such as "weight"',
    );
  }
  const rules = kinds.get(weight.kind);
  if (!rules) {
    throw new UnsupportedError(
      `Cannot use a "${weight.kind}" weight: the kind is not defined; the defined ones are ` +
        [...kinds.keys()].map((kind) => `"${kind}"`).join(", "),
    );
  }
  return rules;
}
