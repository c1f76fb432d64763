import { allPrimitives, type Aval, bind, convert, type Tensor } from "../../../core/mod.ts";
import type { AttentionParams } from "../../../core/internal.ts";
import type { AttentionName } from "../../ir/attention.ts";
import type { Applied, Composite } from "./composite.ts";

/**
 * Attention where the backend has no kernel for the application: in f32, if it has one for that, else
 * as products and a softmax.
 */
export function attentionComposite(primitive: AttentionName): Composite {
  return {
    when: (applied) => !attends(primitive, applied),
    make: (inputs, applied) => {
      const { params, outputs } = applied;
      const attention = allPrimitives().get(primitive)!;
      const wide = {
        ...applied,
        inputs: applied.inputs.map(widened),
        outputs: outputs.map(widened),
      };
      if (!hasHalves(applied) || !attends(primitive, wide)) {
        return attention.expand!(inputs, params);
      }
      const operands = inputs.map((x): Tensor => convert(x, widened(x.aval).dtype));
      return bind(attention, operands, params).map((y, i) => convert(y, outputs[i]!.dtype));
    },
  };
}

function attends(primitive: AttentionName, applied: Applied): boolean {
  const { machine, inputs, outputs } = applied;
  const params = applied.params as unknown as AttentionParams;
  return machine.attends?.({ primitive, params, inputTypes: inputs, outputTypes: outputs }) ??
    false;
}

function isHalf({ dtype }: Aval): boolean {
  return dtype === "f16" || dtype === "bf16";
}

function hasHalves({ inputs }: Applied): boolean {
  return inputs.some(isHalf);
}

function widened(aval: Aval): Aval {
  return isHalf(aval) ? { shape: aval.shape, dtype: "f32" } : aval;
}
