import { allPrimitives } from "../../../core/mod.ts";
import type { AttentionParams } from "../../../core/internal.ts";
import type { AttentionName } from "../../ir/attention.ts";
import type { Composite } from "./composite.ts";

/** Attention as products and a softmax, where the backend has no kernel for the application. */
export function attentionComposite(primitive: AttentionName): Composite {
  return {
    when: ({ params, inputs, outputs, machine }) =>
      !machine.attends?.({
        primitive,
        params: params as unknown as AttentionParams,
        inputTypes: inputs,
        outputTypes: outputs,
      }),
    make: (inputs, { params }) => allPrimitives().get(primitive)!.expand!(inputs, params),
  };
}
