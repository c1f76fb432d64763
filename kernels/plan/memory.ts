import { bytesOf } from "../../core/internal.ts";
import type { BufferPlan, Schedule } from "../ir/types.ts";

/** Where memory comes from: it is an input's, new for an output, or only needed inside. */
export type Home =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "output" }
  | { readonly kind: "temporary" };

/** Buffers that share memory, one taking over the place of another. */
export type SharedMemory = {
  /** Numbers of the buffers in the schedule's list. */
  readonly members: readonly number[];
  readonly bytes: number;
  /** First and last kernel that touches any of them. */
  readonly birth: number;
  readonly death: number;
  readonly home: Home;
};

/** The memories of a schedule, by the buffer at the root of the aliases. */
export function memoriesOf({ buffers }: Schedule): SharedMemory[] {
  const places = new Map(buffers.map((buffer, at) => [buffer.id, at]));
  const groups = new Map<number, number[]>();
  buffers.forEach((buffer, at) => {
    let root = buffer;
    while (root.alias !== null) root = buffers[places.get(root.alias)!]!;
    const group = groups.get(root.id);
    if (group) group.push(at);
    else groups.set(root.id, [at]);
  });
  return [...groups.values()].map((members) => {
    const plans = members.map((at) => buffers[at]!);
    return {
      members,
      bytes: Math.max(...plans.map(({ dtype, size }) => bytesOf(dtype) * size)),
      birth: Math.min(...plans.map(({ birth }) => birth)),
      death: Math.max(...plans.map(({ death }) => death)),
      home: homeOf(plans),
    };
  });
}

function homeOf(plans: readonly BufferPlan[]): Home {
  for (const { role } of plans) if (role.kind === "input") return role;
  return plans.some(({ role }) => role.kind === "output")
    ? { kind: "output" }
    : { kind: "temporary" };
}
