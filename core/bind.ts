import { signatureOf } from "./intern.ts";
import type { AnyPrimitive, Primitive } from "./primitive.ts";
import type { Aval } from "./shape.ts";
import { type Node, takeId, Tensor } from "./tensor.ts";

/**
 * Applies a primitive: infers the types, which throws on the line of the caller when operands do not
 * fit, and records the application. Nothing runs.
 */
export function bind<In extends readonly Tensor[], Out extends readonly Tensor[], P>(
  primitive: Primitive<In, Out, P>,
  inputs: In,
  params: P,
): Out {
  const avals = primitive.infer(avalsOf(inputs), params);
  const signature = signatureOf(primitive, params);
  return record(primitive, inputs, params, signature, avals) as readonly Tensor[] as Out;
}

/** The same with everything known: replaying a Graph needs no inference. */
export function record(
  primitive: AnyPrimitive,
  inputs: readonly Tensor[],
  params: unknown,
  signature: number,
  avals: readonly Aval[],
): readonly Tensor[] {
  const node: Node = {
    id: takeId(),
    primitive,
    params,
    signature,
    inputs,
    outputs: [],
    mark: 0,
    base: 0,
    visits: 0,
  };
  let abstract = false;
  for (const input of inputs) {
    if (input.abstract) abstract = true;
    if (input.source.kind === "disposed") {
      throw new TypeError(
        `Cannot ${primitive.name}: an operand of shape [${input.shape.join(", ")}] was given up ` +
          `by ${input.source.by}`,
      );
    }
  }
  for (let index = 0; index < avals.length; index++) {
    const source = { kind: "lazy", node, index } as const;
    node.outputs.push(new Tensor(avals[index]!, source, node.id, abstract));
  }
  return node.outputs;
}

function avalsOf<In extends readonly Tensor[]>(inputs: In): { readonly [K in keyof In]: Aval } {
  return inputs.map((input) => input.aval) as { readonly [K in keyof In]: Aval };
}
