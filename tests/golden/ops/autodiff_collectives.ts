import {
  allGather,
  axisIndex,
  axisSize,
  pmax,
  pmean,
  ppermute,
  psum,
} from "../../../autodiff/mod.ts";
import { add, div, sin, sqrt, square, sub, sum, type Tensor, tensor } from "../../../mod.ts";
import type { Functions } from "./autodiff.ts";

/** Functions that act between the rows of the axis "i". */
export const functionsOfRows: Functions = {
  collectives: (x: Tensor) => ({
    sum: psum(x, "i"),
    centered: sub(x, pmean(x, "i")),
    max: pmax(x, "i"),
    index: axisIndex("i"),
    gathered: allGather(x, "i"),
    shifted: ppermute(x, "i", [[0, 1], [1, 2], [2, 0]]),
    size: tensor(axisSize("i"), { dtype: "i32" }),
  }),
  batch_norm_axis: (x: Tensor) => {
    const centered = sub(x, pmean(x, "i"));
    const variance = pmean(square(centered), "i");
    return sum(sin(div(centered, sqrt(add(variance, 1e-3)))));
  },
};
