import { range } from "../../../core/internal.ts";
import { type AttentionIR, sizesOf, type StridedView } from "../../ir/attention.ts";
import { entry, groupNumber, u32 } from "../product/text.ts";
import type { Bindings } from "../wgsl/bindings.ts";
import {
  addRows,
  changeScores,
  declareTiles,
  dots,
  exchange,
  fillTiles,
  type Frame,
  headsEach,
  loadOwn,
  LOG2E,
  newFrame,
  quadsOf,
  rowPlace,
  storeOwn,
  sumPlace,
  zeroSums,
} from "./frame.ts";
import { type Plan, planOf } from "./plan.ts";

/** Quads of a query that one thread holds. */
const MOST_QUADS = 16;

/** A kernel's text and workgroups. */
export type Printed = { readonly body: string; readonly groups: number };

/** The layout of kernels that own queries and walk over keys. */
function planOfForward(ir: AttentionIR): Plan {
  return planOf({ size: sizesOf(ir).size, mostQuads: MOST_QUADS, exchanged: 1, extra: 0 });
}

/**
 * Attention forward: a thread owns a query, or a part of one, with its result, the largest score and
 * the sum of the weights so far. Where a larger score turns up, what has been summed shrinks.
 */
export function printForward(ir: AttentionIR, bindings: Bindings): Printed {
  const frame = newFrame(ir, planOfForward(ir), bindings);
  const { sizes, views, plan, scale } = frame;
  const { time, source } = sizes;
  const tiles = [
    { name: "keys", view: views.key, head: "shared_head" },
    { name: "values", view: views.value, head: "shared_head" },
  ];
  // Rows are read as quads, which has to be known before anything else is declared.
  for (const { view } of [{ view: views.query }, ...tiles]) quadsOf(frame, view);
  const [out, sums] = ir.outputs as readonly [StridedView, StridedView];
  const lse = bindings.use(sums.buffer, "write");
  const groups = queryGroups(frame);
  const body = `${declareTiles(frame, ["keys", "values"], 1)}
${entry(plan.threads)}
  ${groupNumber(groups)}
  ${lines(queryRow(frame), 2)}
  ${
    lines(
      loadOwn(
        frame,
        "q",
        views.query,
        rowPlace(views.query, "text", "at", "head"),
        number(scale * LOG2E),
      ),
      2,
    )
  }
  ${lines(zeroSums(frame, "o"), 2)}
  var top = -3.4028234e38;
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
      s = select(vec4<f32>(-3.4028234e38), s, seen);
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

/** Workgroups of a kernel that owns queries. */
export function queryGroups({ sizes, plan }: Frame): number {
  return sizes.batch * sizes.heads * Math.ceil(sizes.time / plan.rows);
}

/** Which query a thread has, and the keys that the workgroup has to look at. */
export function queryRow(frame: Frame): string[] {
  const { sizes: { time, source, heads }, plan: { rows, parts }, causal } = frame;
  const blocks = Math.ceil(time / rows);
  const more = source - time;
  return [
    // The last queries see most keys under a causal mask: they begin first.
    `let block = ${u32(blocks - 1)} - id % ${u32(blocks)};`,
    `let head = id / ${u32(blocks)} % ${u32(heads)};`,
    `let text = id / ${u32(blocks * heads)};`,
    `let shared_head = head / ${u32(headsEach(frame))};`,
    `let part = t % ${u32(parts)};`,
    `let row = block * ${u32(rows)} + t / ${u32(parts)};`,
    `let at = min(row, ${u32(time - 1)});`,
    causal
      ? `let limit = u32(clamp(i32(at) + ${more + 1}, 0, ${source}));`
      : `let limit = ${u32(source)};`,
    causal
      ? `let end = u32(clamp(i32(min((block + 1u) * ${u32(rows)}, ${
        u32(time)
      })) + ${more}, 0, ${source}));`
      : `let end = ${u32(source)};`,
    ...(parts > 1 ? ["var turn = 0u;"] : []),
  ];
}

/** Which of four keys a thread's query sees, and what that and the bias do to its scores. */
export function seenKeys(frame: Frame): string[] {
  return [
    "let key = first + j;",
    "var seen = vec4<u32>(key, key + 1u, key + 2u, key + 3u) < vec4<u32>(limit);",
    ...changeScores(frame, () => "at", (r) => `(key + ${r}u)`),
  ];
}

/** A number as f32. */
export function number(x: number): string {
  return Number.isInteger(x) && Math.abs(x) < 1e6 ? `${x}.0` : `${x}`;
}

/** Statements on lines of their own. */
export function lines(statements: readonly string[], indent: number): string {
  return statements.join(`\n${" ".repeat(indent)}`);
}
