import { type AttentionIR, sizesOf, viewsOf, wantsOf } from "../../ir/attention.ts";
import { entry, groupNumber, u32 } from "../product/text.ts";
import type { Bindings } from "../wgsl/bindings.ts";
import {
  changeScores,
  type Frame,
  headsEach,
  lines,
  LOG2E,
  newFrame,
  number,
  type Printed,
  quadsOf,
} from "./frame.ts";
import { loadOwn, storeOwn, zeroSums } from "./own_rows.ts";
import { planOf } from "./plan.ts";
import { readStatistics } from "./statistics.ts";
import { addRows, declareTiles, dots, exchange, fillTiles } from "./tiles.ts";

/** Quads of a key, its value and both gradients that one thread holds. */
const MOST_QUADS = 8;

/**
 * The gradients of keys and values: a thread owns a key, or a part of one, and walks over the queries
 * of all heads that share it, so that nothing is added up between threads.
 */
export function printBackwardKey(ir: AttentionIR, bindings: Bindings): Printed {
  const { size } = sizesOf(ir);
  const plan = planOf({ size, mostQuads: MOST_QUADS, exchanged: 2, extra: 8 });
  const frame = newFrame(ir, plan, bindings);
  const { sizes: { batch, groups: shared, source, time, heads }, scale } = frame;
  const { query, key, value, ct } = viewsOf(ir);
  const wants = wantsOf(ir);
  const tiles = [
    { name: "queries", view: query, head: "head" },
    { name: "cts", view: ct!, head: "head" },
  ];
  for (const view of [query, key, value, ct!]) quadsOf(frame, view);
  const groups = batch * shared * Math.ceil(source / plan.rows);
  const stores = (["key", "value"] as const).filter((part) => wants.includes(part)).map((part) => ({
    sums: part === "key" ? "g" : "h",
    view: ir.outputs[wants.indexOf(part)]!,
    factor: part === "key" ? number(scale) : "1.0",
  }));
  const body = `${declareTiles(frame, ["queries", "cts"], 2)}
var<workgroup> statistics: array<vec2<f32>, ${plan.tile}>;
${entry(plan.threads)}
  ${groupNumber(groups)}
  ${lines(keyRow(frame), 2)}
  ${lines(loadOwn(frame, "k", key, "shared_head", number(scale * LOG2E)), 2)}
  ${lines(loadOwn(frame, "v", value, "shared_head"), 2)}
  ${lines(stores.flatMap(({ sums }) => zeroSums(frame, sums)), 2)}
  for (var one = 0u; one < ${u32(headsEach(frame))}; one++) {
    let head = shared_head * ${u32(headsEach(frame))} + one;
    for (var first = ${firstQuery(frame)}; first < ${u32(time)}; first += ${u32(plan.tile)}) {
      workgroupBarrier();
      ${lines(fillTiles(frame, tiles, time), 6)}
      for (var i = t; i < ${u32(plan.tile)}; i += ${u32(plan.threads)}) {
        let other = (text * ${u32(heads)} + head) * ${u32(time)} + min(first + i, ${u32(time - 1)});
        ${lines(readStatistics(frame, "other"), 8)}
        statistics[i] = vec2<f32>(lse, mean);
      }
      workgroupBarrier();
      for (var j = 0u; j < ${u32(plan.tile)}; j += 4u) {
        let base = j * ${u32(plan.quads * plan.parts)} + part;
        ${lines(dots(frame, "s", "k", "queries"), 8)}
        ${lines(dots(frame, "d", "v", "cts"), 8)}
        ${lines(exchange(frame, ["s", "d"]), 8)}
        ${lines(seenQueries(frame), 8)}
        let lse = vec4<f32>(${four((r) => `statistics[j + ${r}u].x`)});
        let mean = vec4<f32>(${four((r) => `statistics[j + ${r}u].y`)});
        let p = select(vec4<f32>(), exp2(s - lse), seen);
        let e = p * (d - mean);
        ${wants.includes("key") ? lines(addRows(frame, "g", "e", "queries"), 8) : ""}
        ${wants.includes("value") ? lines(addRows(frame, "h", "p", "cts"), 8) : ""}
      }
    }
  }
  if (row >= ${u32(source)}) { return; }
  ${
    lines(
      stores.flatMap(({ sums, view, factor }) =>
        storeOwn(frame, sums, view, "shared_head", factor)
      ),
      2,
    )
  }
}`;
  return { body, groups };
}

/** Which key a thread has. */
function keyRow({ sizes: { source, groups }, plan: { rows, parts } }: Frame): string[] {
  const blocks = Math.ceil(source / rows);
  return [
    `let block = id % ${u32(blocks)};`,
    `let shared_head = id / ${u32(blocks)} % ${u32(groups)};`,
    `let text = id / ${u32(blocks * groups)};`,
    `let part = t % ${u32(parts)};`,
    `let row = block * ${u32(rows)} + t / ${u32(parts)};`,
    `let at = min(row, ${u32(source - 1)});`,
    ...(parts > 1 ? ["var turn = 0u;"] : []),
  ];
}

/** The first query that sees any key of the block. */
function firstQuery({ causal, sizes: { time, source }, plan: { rows } }: Frame): string {
  if (!causal) return "0u";
  return `u32(clamp(i32(block * ${u32(rows)}) - ${source - time}, 0, ${time}))`;
}

/** Which of four queries see a thread's key, and what that and the bias do to their scores. */
function seenQueries(frame: Frame): string[] {
  const { causal, sizes: { time, source } } = frame;
  return [
    "let query = vec4<u32>(first + j) + vec4<u32>(0u, 1u, 2u, 3u);",
    `var seen = query < vec4<u32>(${u32(time)});`,
    ...(causal
      ? [`seen = seen & (vec4<i32>(query) + vec4<i32>(${source - time}) >= vec4<i32>(i32(at)));`]
      : []),
    ...changeScores(frame, (r) => `query[${r}]`, () => "at"),
  ];
}

function four(value: (r: number) => string): string {
  return [0, 1, 2, 3].map(value).join(", ");
}
