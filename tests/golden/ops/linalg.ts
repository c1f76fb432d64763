import * as g from "../../../mod.ts";
import { binary, number, type OpTable, withAttrs } from "./_table.ts";

/** Golden ops of contractions and small matrices. */
export const linalg: OpTable = {
  dot_general: ({ contract, batch }) => ([x, y]) => [
    g.dotGeneral(x!, y!, {
      contract: contract as [number[], number[]],
      batch: batch as [number[], number[]],
    }),
  ],
  expm: withAttrs((x) => g.expm(x)),
  einsum: ({ spec }) => (xs) => [g.einsum(String(spec), ...xs)],
  lora_merge: ({ scale }) => ([w, b, a]) => [
    g.add(w!, g.mul(number(scale), g.matmul(b!, a!))),
  ],
  matmul: binary(g.matmul),
  outer: () => ([x, y]) => [
    g.mul(g.reshape(x!, [-1, 1]), g.reshape(y!, [1, -1])),
  ],
};
