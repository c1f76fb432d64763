import { assert } from "@std/assert";
import type { AnyPrimitive } from "../../mod.ts";
import { sizeOf } from "../../core/internal.ts";
import { BATCH_LAWS } from "./batch_laws.ts";
import type { Case } from "./case.ts";
import { DERIVATIVE_LAWS } from "./derivative_laws.ts";
import { operands } from "./functions.ts";

/** Laws by their sentence; each throws where a primitive breaks it on a case. */
export type Laws = { readonly [law: string]: (primitive: AnyPrimitive, one: Case) => void };

/** What every primitive obeys. */
export const LAWS: Laws = {
  "infer agrees with evaluate": (primitive, one) => {
    const outs = primitive.infer(one.avals, one.params);
    const results = primitive.evaluate(operands(one), one.params, outs);
    assert(results.length === outs.length, "number of results");
    outs.forEach((out, i) => {
      const { length } = results[i]!;
      assert(length === sizeOf(out.shape), `result ${i} has ${length} elements`);
    });
  },
  ...DERIVATIVE_LAWS,
  ...BATCH_LAWS,
};
