import type { OpTable } from "./_table.ts";
import { autodiff } from "./autodiff.ts";
import { convolutions } from "./convolutions.ts";
import { creation } from "./creation.ts";
import { decompositions } from "./decompositions.ts";
import { elementwise } from "./elementwise.ts";
import { indexing } from "./indexing.ts";
import { linalg } from "./linalg.ts";
import { nnOps } from "./nn.ts";
import { optim } from "./optim.ts";
import { random } from "./random.ts";
import { reductions } from "./reductions.ts";
import { shape } from "./shape.ts";

/** What every golden op computes, by manifest group and op name. */
export const OPS: { readonly [group: string]: OpTable } = {
  autodiff,
  elementwise,
  linalg: { ...linalg, ...decompositions },
  nn: { ...convolutions, ...nnOps },
  optim,
  random,
  reductions,
  shape: { ...shape, ...indexing, ...creation },
};
