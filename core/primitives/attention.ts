import { bind } from "../bind.ts";
import {
  attentionComposite,
  attentionGradComposite,
  attentionTangentComposite,
} from "../ops/_attention.ts";
import { definePrimitive, isLinear, known, type Primitive } from "../primitive.ts";
import type { Aval } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { foldBatch, textsOf, unfoldBatch } from "./_attention_batch.ts";
import { attentionGradHost, attentionHost, attentionTangentHost } from "./_attention_host.ts";
import {
  attentionOperands,
  type AttentionParams,
  type AttentionPart,
  attentionSizes,
  checkAttention,
  operandCount,
  scoreDtype,
} from "./_attention_parts.ts";
import { zerosOf } from "./concatenate.ts";

type Tensors = readonly Tensor[];

/** A derivative of attention: with respect to which operands. */
export type AttentionTangentParams = AttentionParams & { readonly moves: readonly AttentionPart[] };

/** Which cotangents are wanted, and whether the logarithms of sums have one too. */
export type AttentionGradParams = AttentionParams & {
  readonly wants: readonly AttentionPart[];
  readonly ctLse: boolean;
};

/**
 * Attention over whole heads: out[b, t, h] = Σₛ w[b, h, t, s] · value[b, s, g] with the weights
 * softmax(scale · query · key + bias) over the keys that are seen, 0 for the others. G divides H: key
 * head g serves H / G neighbouring query heads.
 *
 * Its second result is the logarithm of the sum under each softmax, [B, H, T] (0 where no key is
 * seen): with it a backward pass has the weights from scores alone.
 */
export const attentionP: Primitive<Tensors, Tensors, AttentionParams> = definePrimitive<
  Tensors,
  Tensors,
  AttentionParams
>({
  name: "attention",
  infer: (inputs, params) => {
    checkAttention(inputs, params);
    return resultTypes(inputs, params);
  },
  evaluate: (inputs, params) => attentionHost(inputs, params),
  jvp: (inputs, tangents, params) => {
    const results = bind(attentionP, inputs, params);
    const parts = PARTS.filter((part) => part !== "bias" || params.bias);
    const moves = parts.filter((_, i) => tangents[i]);
    if (moves.length === 0) return [results, [null, null]];
    const moving = parts.flatMap((_, i) => tangents[i] ? [tangents[i]] : []);
    const operands = [...inputs, ...results, ...moving];
    return [results, bind(attentionTangentP, operands, { ...params, moves })];
  },
  batch: (inputs, batched, params, size) => {
    const texts = textsOf(inputs, batched);
    const results = bind(attentionP, foldBatch(inputs, batched, params, size), params);
    return unfoldBatch(results, size, () => texts);
  },
  expand: (inputs, params) => attentionComposite(inputs, params),
});

const PARTS: readonly AttentionPart[] = ["query", "key", "value", "bias"];

/**
 * Tangents of the results of attention: linear in the tangents of `moves`, which come after the
 * operands and the results. Its transpose is `attention_grad`.
 */
export const attentionTangentP: Primitive<Tensors, Tensors, AttentionTangentParams> =
  definePrimitive<Tensors, Tensors, AttentionTangentParams>({
    name: "attention_tangent",
    infer: (inputs, params) => {
      checkAttention(inputs, params);
      return resultTypes(inputs, params);
    },
    evaluate: (inputs, params) => attentionTangentHost(inputs, params, movingOf(inputs, params)),
    transpose: ([ct, ctLse], inputs, params) => {
      const count = operandCount(params);
      const operands = inputs.slice(0, count + 2).map(known);
      const moving = inputs.slice(count + 2);
      const wants = params.moves.filter((_, i) => isLinear(moving[i]!));
      const zero = ct ?? zerosOf(operands[count]!.aval);
      const { moves: _, ...own } = params;
      const grads = bind(attentionGradP, [...operands, zero, ...(ctLse ? [ctLse] : [])], {
        ...own,
        wants,
        ctLse: ctLse !== null,
      });
      let next = 0;
      return inputs.map((x) => isLinear(x) ? grads[next++]! : null);
    },
    batch: (inputs, batched, params, size) => {
      const texts = textsOf(inputs, batched);
      const results = bind(attentionTangentP, foldBatch(inputs, batched, params, size), params);
      return unfoldBatch(results, size, () => texts);
    },
    expand: (inputs, params) => attentionTangentComposite(inputs, params, movingOf(inputs, params)),
  });

/**
 * Cotangents of the operands `wants` of attention. Its operands are those of attention, its results,
 * which have to be its results, and their cotangents, in which it is linear.
 */
export const attentionGradP: Primitive<Tensors, Tensors, AttentionGradParams> = definePrimitive<
  Tensors,
  Tensors,
  AttentionGradParams
>({
  name: "attention_grad",
  infer: (inputs, params) => {
    checkAttention(inputs, params);
    const operands = attentionOperands(inputs, params);
    return params.wants.map((part) => operands[part]!).map(({ shape, dtype }) => ({
      shape,
      dtype,
    }));
  },
  evaluate: (inputs, params) => {
    const [, , ct, ctLse] = attentionOperands(inputs, params).rest;
    const grads = attentionGradHost(inputs, params, ct!, ctLse);
    return params.wants.map((part) => grads[part]);
  },
  transpose: (cts, inputs, params) => {
    const count = operandCount(params);
    const operands = inputs.slice(0, count + 2).map(known);
    const linear = inputs.slice(count + 2);
    const moves = params.wants.filter((_, i) => cts[i]);
    const moving = cts.filter((ct) => ct !== null);
    const { wants: _, ctLse: _lse, ...own } = params;
    const tangents = bind(attentionTangentP, [...operands, ...moving], { ...own, moves });
    return [
      ...operands.map(() => null),
      ...linear.map((x, i) => isLinear(x) ? tangents[i]! : null),
    ];
  },
  batch: (inputs, batched, params, size) => {
    const folded = foldBatch(inputs, batched, params, size);
    const operands = attentionOperands(inputs, params);
    const textsOfResult = (i: number): number => {
      const at = inputs.indexOf(operands[params.wants[i]!]!);
      return inputs[at]!.shape[batched[at] ? 1 : 0]!;
    };
    return unfoldBatch(bind(attentionGradP, folded, params), size, textsOfResult);
  },
  expand: (inputs, params) => {
    const [, , ct, ctLse] = attentionOperands(inputs, params).rest;
    return attentionGradComposite(inputs, params, params.wants, [ct!, ctLse]);
  },
});

/** Types of the results and of the logarithms. */
function resultTypes(inputs: readonly Aval[], params: AttentionParams): readonly [Aval, Aval] {
  const { query, key, value } = attentionOperands(inputs, params);
  const { batch, time, heads, valueSize } = attentionSizes({ query, key, value });
  return [
    { shape: [batch, time, heads, valueSize], dtype: value.dtype },
    { shape: [batch, heads, time], dtype: scoreDtype(query) },
  ];
}

function movingOf<X>(
  inputs: readonly X[],
  params: AttentionTangentParams,
): Partial<Record<AttentionPart, X>> {
  const moving = inputs.slice(operandCount(params) + 2);
  return Object.fromEntries(params.moves.map((part, i) => [part, moving[i]!]));
}
