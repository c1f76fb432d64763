import {
  add,
  applyWeight,
  convert,
  defineWeight,
  dense,
  mul,
  type StructuredWeight,
  sub,
  type Tensor,
  transpose,
  unsupportedUse,
  type Use,
  type Weight,
  weightShape,
} from "../core/mod.ts";
import { dropout } from "../nn/mod.ts";
import { perRow, scalar } from "./_amount.ts";
import type { Layout } from "./layout.ts";
import { doraFactor, loraDelta } from "./_lora_delta.ts";

/** Tensors of a weight with LoRA in it. */
export type LoraWeightFields = {
  /** The weight that is adapted, of any kind: with another LoRA in it, both are added. */
  readonly base: Weight;
  /** [r, in]; [r, V] of an embedding; [r, in, kernel ...] of a convolution. */
  readonly lora_A: Tensor;
  /** [out, r]; [D, r] of an embedding; [out, r, 1 ...] of a convolution. */
  readonly lora_B: Tensor;
  /** DoRA's magnitudes, one an output. */
  readonly magnitude?: Tensor | undefined;
  /** Random key of dropout. */
  readonly key?: Tensor | undefined;
  /** How much of the adapter is applied: a scalar, or one a row of the batch. */
  readonly amount?: Tensor | undefined;
};

/** Settings of a weight with LoRA in it. */
export type LoraWeightStatics = {
  readonly scale: number;
  readonly layout: Layout;
  readonly dropout: number;
  /** A tied output layer uses the adapter too. */
  readonly tied: boolean;
};

const PLAIN: Use = { kind: "linear", inAxis: 1 };

/**
 * W + s·B·A without ever forming it: y = x Wᵀ + s (x Aᵀ) Bᵀ; with DoRA's magnitudes m,
 * y = m / ‖W + s·B·A‖ · (x Wᵀ + s (x Aᵀ) Bᵀ), the norm taken as a constant.
 *
 * The scale goes on the small side. `dense` is where B·A is formed.
 *
 * @see Hu et al. 2021, arXiv:2106.09685; Liu et al. 2024, arXiv:2402.09353
 */
export const loraWeight: (
  fields: LoraWeightFields,
  statics: LoraWeightStatics,
) => StructuredWeight = defineWeight<LoraWeightFields, LoraWeightStatics>("lora", {
  apply: (fields, x, use, statics) => {
    if (use.kind === "unembed") return applyTied(fields, x, statics);
    checkUse(use, statics.layout);
    const dropped = use.kind === "lookup"
      ? x
      : dropout(x, { rate: statics.dropout, key: fields.key });
    const y = applyWeight(fields.base, x, use);
    if (!fields.magnitude) return add(y, convert(low(fields, dropped, use, statics), y.dtype));
    const again = dropped === x ? y : applyWeight(fields.base, dropped, use);
    const { amount, ...whole } = fields;
    const adapted = mul(
      doraFactor(fields, statics),
      add(again, low(whole, dropped, use, statics)),
    );
    const delta = sub(adapted, again);
    return add(y, convert(amount ? mul(perRow(amount, delta), delta) : delta, y.dtype));
  },
  dense: (fields, statics) => {
    const amount = fields.amount && scalar(fields.amount);
    const base = dense(fields.base);
    const delta = loraDelta(fields, statics);
    if (!fields.magnitude) {
      return convert(add(base, amount ? mul(amount, delta) : delta), base.dtype);
    }
    const whole = mul(doraFactor(fields, { ...statics, stored: true }), add(base, delta));
    const change = sub(whole, base);
    return convert(amount ? add(base, mul(amount, change)) : whole, base.dtype);
  },
  shape: ({ base }) => weightShape(base),
});

/** s · (x Aᵀ) Bᵀ, in the dtype of the factors. */
function low(
  fields: LoraWeightFields,
  x: Tensor,
  use: Use,
  { scale }: LoraWeightStatics,
): Tensor {
  const { lora_A, lora_B, amount } = fields;
  const scaled = (inner: Tensor): Tensor => {
    const y = mul(scale, inner); // [..., r]
    return amount ? mul(perRow(amount, y), y) : y;
  };
  switch (use.kind) {
    case "linear": {
      const inner = applyWeight(lora_A, convert(x, lora_A.dtype), PLAIN);
      return applyWeight(lora_B, scaled(inner), PLAIN);
    }
    case "lookup":
      return applyWeight(lora_B, scaled(applyWeight(transpose(lora_A), x, use)), PLAIN);
    case "conv": {
      // As in PEFT, A has the stride and padding of the layer, but neither dilation nor groups.
      const one = use.stride.map(() => 1);
      const inner = applyWeight(lora_A, convert(x, lora_A.dtype), {
        ...use,
        dilation: one,
        groups: 1,
      });
      const pointwise = { stride: one, dilation: one, padding: one.map(() => [0, 0] as const) };
      return applyWeight(lora_B, scaled(inner), { ...use, ...pointwise });
    }
    case "unembed":
      throw unsupportedUse("lora", use);
  }
}

/** A tied output layer keeps the base weight, as in PEFT, unless the adapter is tied as well. */
function applyTied(fields: LoraWeightFields, x: Tensor, statics: LoraWeightStatics): Tensor {
  const y = applyWeight(fields.base, x, { kind: "unembed" });
  if (!statics.tied) return y;
  // The table is (B A)ᵀ [V, D]: x times its transpose is (x B) A.
  const inner = applyWeight(fields.lora_B, x, { kind: "linear", inAxis: 0 }); // [..., r]
  const logits = applyWeight(fields.lora_A, mul(statics.scale, inner), {
    kind: "linear",
    inAxis: 0,
  });
  return add(y, convert(logits, y.dtype));
}

function checkUse(use: Use, layout: Layout): void {
  const found = use.kind === "linear"
    ? use.inAxis === 1 ? "linear" : "conv1d"
    : use.kind === "lookup"
    ? "embedding"
    : use.kind;
  if (found === layout) return;
  throw new TypeError(
    `Cannot apply a weight with LoRA as ${found}: it was adapted as "${layout}"; ` +
      `pass { layout } to init and graft, which says what the module is`,
  );
}
