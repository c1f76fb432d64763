import { range } from "../../../core/internal.ts";
import { type AttentionIR, sizesOf, type StridedView } from "../../ir/attention.ts";
import { entry, groupNumber, u32 } from "../product/text.ts";
import type { Bindings } from "../wgsl/bindings.ts";
import { lines, LOG2E, newFrame, number, type Printed, quadsOf, sumPlace } from "./frame.ts";
import { loadOwn, storeOwn, zeroSums } from "./own_rows.ts";
import { planOf } from "./plan.ts";
import { queryGroups, queryRow, seenKeys } from "./queries.ts";
import { addRows, declareTiles, dots, exchange, fillTiles } from "./tiles.ts";

/** Quads of a query that one thread holds. */
const MOST_QUADS = 16;

/** A score that is hidden: finite, so that a query that sees nothing is not NaN. */
const HIDDEN = "-3.4028234e38";

/**
 * Attention forward: a thread owns a query, or a part of one, with its result, the largest score and
 * the sum of the weights so far. Where a larger score turns up, what has been summed shrinks.
 */
export function printForward(ir: AttentionIR, bindings: Bindings): Printed {
  const { size, time, source } = sizesOf(ir);
  const plan = planOf({ size, mostQuads: MOST_QUADS, exchanged: 1, extra: 0 });
  const frame = newFrame(ir, plan, bindings);
  const { views: { query, key, value }, scale } = frame;
  const tiles = [
    { name: "keys", view: key, head: "shared_head" },
    { name: "values", view: value, head: "shared_head" },
  ];
  // Rows are read as quads, which has to be known before anything else is declared.
  for (const view of [query, key, value]) quadsOf(frame, view);
  const [out, sums] = ir.outputs as readonly [StridedView, StridedView];
  const lse = bindings.use(sums.buffer, "write");
  const groups = queryGroups(frame);
  const body = `${declareTiles(frame, ["keys", "values"], 1)}
${entry(plan.threads)}
  ${groupNumber(groups)}
  ${lines(queryRow(frame), 2)}
  ${lines(loadOwn(frame, "q", query, "head", number(scale * LOG2E)), 2)}
  ${lines(zeroSums(frame, "o"), 2)}
  var top = ${HIDDEN};
  var total = 0.0;
  for (var first = 0u; first < end; first += ${u32(plan.tile)}) {
    workgroupBarrier();
    ${lines(fillTiles(frame, tiles, source), 4)}
    workgroupBarrier();
    for (var j = 0u; j < ${u32(plan.tile)}; j += 4u) {
      let base = j * ${u32(plan.quads * plan.parts)} + part;
      ${lines(dots(frame, "s", "q", "keys"), 6)}
      ${lines(exchange(frame, ["s"]), 6)}
      ${lines(seenKeys(frame), 6)}
      s = select(vec4<f32>(${HIDDEN}), s, seen);
      let best = max(max(s.x, s.y), max(s.z, s.w));
      if (best > top) {
        let less = exp2(top - best);
        top = best;
        total *= less;
        ${lines(range(plan.quads).map((i) => `o${i} *= less;`), 8)}
      }
      let p = select(vec4<f32>(), exp2(s - top), seen);
      total += p.x + p.y + p.z + p.w;
      ${lines(addRows(frame, "o", "p", "values"), 6)}
    }
  }
  if (row >= ${u32(time)}) { return; }
  let factor = select(0.0, 1.0 / total, total > 0.0);
  ${lines(storeOwn(frame, "o", out, "head", "factor"), 2)}
  if (part == 0u) {
    let sum = select(0.0, (top + log2(total)) * ${Math.LN2}, total > 0.0);
    ${lse.write(sumPlace(sums, "row"), "sum")}
  }
}`;
  return { body, groups };
}
