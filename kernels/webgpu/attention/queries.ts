import { u32 } from "../product/text.ts";
import { changeScores, type Frame, headsEach } from "./frame.ts";

/** What the kernels share whose workgroups own queries and walk over keys. */

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
