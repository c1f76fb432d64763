import { type AttentionIR, sizesOf, viewsOf, wantsOf } from "../../ir/attention.ts";
import { entry, groupNumber, u32 } from "../product/text.ts";
import type { Bindings } from "../wgsl/bindings.ts";
import { lines, LOG2E, newFrame, number, type Printed, quadsOf } from "./frame.ts";
import { loadOwn, storeOwn, zeroSums } from "./own_rows.ts";
import { planOf } from "./plan.ts";
import { queryGroups, queryRow, seenKeys } from "./queries.ts";
import { readStatistics } from "./statistics.ts";
import { addRows, declareTiles, dots, exchange, fillTiles } from "./tiles.ts";

/** Quads of a query, its cotangent and its gradient that one thread holds. */
const MOST_QUADS = 8;

/** The gradient of queries: a thread owns a query, or a part of one, and walks over the keys. */
export function printBackwardQuery(ir: AttentionIR, bindings: Bindings): Printed {
  const plan = planOf({ size: sizesOf(ir).size, mostQuads: MOST_QUADS, exchanged: 2, extra: 0 });
  const frame = newFrame(ir, plan, bindings);
  const { sizes, scale } = frame;
  const { query, key, value, ct } = viewsOf(ir);
  const tiles = [
    { name: "keys", view: key, head: "shared_head" },
    { name: "values", view: value, head: "shared_head" },
  ];
  for (const view of [query, key, value, ct!]) quadsOf(frame, view);
  const groups = queryGroups(frame);
  const output = ir.outputs[wantsOf(ir).indexOf("query")]!;
  const body = `${declareTiles(frame, ["keys", "values"], 2)}
${entry(plan.threads)}
  ${groupNumber(groups)}
  ${lines(queryRow(frame), 2)}
  ${lines(loadOwn(frame, "q", query, "head", number(scale * LOG2E)), 2)}
  ${lines(loadOwn(frame, "c", ct!, "head"), 2)}
  let place = (text * ${u32(sizes.heads)} + head) * ${u32(sizes.time)} + at;
  ${lines(readStatistics(frame, "place"), 2)}
  ${lines(zeroSums(frame, "g"), 2)}
  for (var first = 0u; first < end; first += ${u32(plan.tile)}) {
    workgroupBarrier();
    ${lines(fillTiles(frame, tiles, sizes.source), 4)}
    workgroupBarrier();
    for (var j = 0u; j < ${u32(plan.tile)}; j += 4u) {
      let base = j * ${u32(plan.quads * plan.parts)} + part;
      ${lines(dots(frame, "s", "q", "keys"), 6)}
      ${lines(dots(frame, "d", "c", "values"), 6)}
      ${lines(exchange(frame, ["s", "d"]), 6)}
      ${lines(seenKeys(frame), 6)}
      let p = select(vec4<f32>(), exp2(s - lse), seen);
      let e = p * (d - mean);
      ${lines(addRows(frame, "g", "e", "keys"), 6)}
    }
  }
  if (row >= ${u32(sizes.time)}) { return; }
  ${lines(storeOwn(frame, "g", output, "head", number(scale)), 2)}
}`;
  return { body, groups };
}
