import {
  type Aval,
  bind,
  definePrimitive,
  type Graph,
  type Primitive,
  type Tensor,
  UnsupportedError,
} from "../core/mod.ts";
import { applyGraph, broadcastFront, intern, zerosOf } from "../core/internal.ts";
import { batchedAval, batchGraphTo } from "./batch_graph.ts";
import { evaluateGraph } from "./interpret.ts";

type Tensors = readonly Tensor[];

/** The Graphs of a function with a backward rule. */
export type CustomVjpParams = {
  /** Number of leading inputs that are arguments; the others were closed over. */
  readonly args: number;
  readonly outputs: number;
  /** Which arguments the backward rule gives a cotangent. */
  readonly given: readonly boolean[];
  /** Inputs to outputs. */
  readonly plain: Graph;
  /** Inputs to outputs, then residuals. */
  readonly forward: Graph;
  /** Residuals, then cotangents of the outputs, to cotangents of the `given` arguments. */
  readonly backward: Graph;
};

/** What the linear map of a backward rule holds. */
export type CustomLinearParams = {
  readonly backward: Graph;
  readonly residuals: number;
  readonly outputs: readonly Aval[];
  /** For every tangent, which result of `backward` is its cotangent; -1 for zero. */
  readonly results: readonly number[];
};

/** A function with a backward rule. */
export const customVjpP: Primitive<readonly Tensor[], readonly Tensor[], CustomVjpParams> =
  definePrimitive<
    Tensors,
    Tensors,
    CustomVjpParams
  >({
    name: "custom_vjp",
    infer: (_inputs, { plain }) => plain.outputs.map((v) => plain.avals[v]!),
    evaluate: (inputs, { plain }) => evaluateGraph(plain, inputs),
    jvp: (primals, tangents, { args, outputs, given, forward, backward }) => {
      refuseCaptured(tangents.slice(args), "customVjp");
      const results = applyGraph(forward, primals);
      const ys = results.slice(0, outputs);
      const residuals = results.slice(outputs);
      const order = given.map((has, i) => has ? given.slice(0, i).filter(Boolean).length : -1);
      const moving = tangents.flatMap((dx, i) => dx ? [{ dx, result: order[i]! }] : []);
      const dys = bind(customLinearP, [...residuals, ...moving.map(({ dx }) => dx)], {
        backward,
        residuals: residuals.length,
        outputs: ys.map((y) => y.aval),
        results: moving.map(({ result }) => result),
      });
      return [ys, dys];
    },
    batch: (inputs, batched, params, size) => {
      const { plain, forward, backward } = params;
      return bind(customVjpP, frontAll(inputs, batched, size), {
        ...params,
        plain: batchAll(plain, size),
        forward: batchAll(forward, size),
        backward: batchAll(backward, size),
      });
    },
    expand: (inputs, { plain }) => applyGraph(plain, inputs),
  });

/**
 * The linear map of a function that has only a backward rule: of residuals and tangents. It has a
 * transpose, the rule, and no value.
 */
export const customLinearP: Primitive<readonly Tensor[], readonly Tensor[], CustomLinearParams> =
  definePrimitive<
    Tensors,
    Tensors,
    CustomLinearParams
  >({
    name: "custom_linear",
    infer: (_inputs, { outputs }) => outputs,
    evaluate: refuseForward,
    jvp: refuseForward,
    transpose: (cts, operands, { backward, residuals, outputs, results }) => {
      const pulled = applyGraph(backward, [
        ...operands.slice(0, residuals) as Tensor[],
        ...cts.map((ct, i) => ct ?? zerosOf(outputs[i]!)),
      ]);
      return operands.map((_, i) => i < residuals ? null : pulled[results[i - residuals]!] ?? null);
    },
    batch: (inputs, batched, params, size) =>
      bind(customLinearP, frontAll(inputs, batched, size), {
        ...params,
        backward: batchAll(params.backward, size),
        outputs: params.outputs.map((aval) => batchedAval(aval, size)),
      }),
  });

function refuseForward(): never {
  throw new UnsupportedError(
    "Cannot push a tangent through a customVjp function: it has only a backward rule; " +
      "give customJvp",
  );
}

/** Throws where a closed-over tensor is differentiated: the rule says nothing about it. */
export function refuseCaptured(tangents: readonly (Tensor | null)[], name: string): void {
  if (tangents.every((dx) => dx === null)) return;
  throw new TypeError(
    `Cannot differentiate a ${name} function with respect to a tensor it closes over: ` +
      `its rule covers the arguments only; pass the tensor as an argument`,
  );
}

/** Every input with the batch axis. */
export function frontAll(
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): readonly Tensor[] {
  return inputs.map((x, i) => batched[i] ? x : broadcastFront(x, size));
}

/** The Graph with the batch axis on every input and output. */
export function batchAll(graph: Graph, size: number): Graph {
  const mask = graph.avals.slice(0, graph.inputs).map(() => true);
  return intern(batchGraphTo(graph, mask, size, graph.outputs.map(() => true)));
}
