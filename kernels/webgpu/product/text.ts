/** Pieces of WGSL that every product prints. */

/** Workgroups along one axis of a dispatch, at most. */
export const MAX_GROUPS = 65535;

/** A whole number as u32, negative ones as their complement. */
export function u32(number: number): string {
  return `${number >>> 0}u`;
}

/** ` + name · factor`, nothing for 0. */
export function term(name: string, factor: number): string {
  if (factor === 0) return "";
  const scaled = Math.abs(factor) === 1 ? name : `${name} * ${u32(Math.abs(factor))}`;
  return factor > 0 ? ` + ${scaled}` : ` - ${scaled}`;
}

/** offset + Σ position · stride of batch number `batch`, over axes the last of which runs fastest. */
export function batchOffset(
  batch: string,
  offset: number,
  axes: readonly (readonly [size: number, stride: number])[],
): string {
  let text = u32(offset);
  let inner = 1;
  for (let i = axes.length - 1; i >= 0; i--) {
    const [size, stride] = axes[i]!;
    const quotient = inner === 1 ? batch : `${batch} / ${u32(inner)}`;
    const position = i === 0 ? `(${quotient})` : `(${quotient} % ${u32(size)})`;
    text += term(position, stride);
    inner *= size;
  }
  return text;
}

/** The condition that each position is below its size, null for those that need no check. */
export function within(checks: readonly (readonly [name: string, size: number] | null)[]): string {
  const parts = checks.flatMap((c) => c ? [`${c[0]} < ${u32(c[1])}`] : []);
  return parts.length === 0 ? "true" : parts.join(" && ");
}

/** The dispatch of `count` workgroups in one line, folded where a dispatch is not that long. */
export function foldedGroups(count: number): readonly [number, number, number] {
  return count <= MAX_GROUPS ? [count, 1, 1] : [MAX_GROUPS, Math.ceil(count / MAX_GROUPS), 1];
}

/** The number of this workgroup in its folded line, as `id`; returns beyond the end. */
export function groupNumber(count: number): string {
  if (count <= MAX_GROUPS) return "let id = group.x;";
  return `let id = group.x + group.y * ${u32(MAX_GROUPS)};
  if (id >= ${u32(count)}) { return; }`;
}

/** The entry point's head; with subgroups it also knows their size and the place in one. */
export function entry(threads: number, hasSubgroups = false): string {
  const parameters = [
    "@builtin(workgroup_id) group: vec3<u32>",
    "@builtin(local_invocation_index) t: u32",
    ...(hasSubgroups
      ? ["@builtin(subgroup_size) width: u32", "@builtin(subgroup_invocation_id) place: u32"]
      : []),
  ];
  return `@compute @workgroup_size(${threads})
fn main(${parameters.join(", ")}) {`;
}
