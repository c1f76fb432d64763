import type { Stage, Store, Value } from "../ir/types.ts";
import { laneCoefficient, pushIndex } from "./address.ts";
import type { Context, Copy, Row } from "./context.ts";
import { printOperation } from "./elementwise.ts";
import { V128 } from "./opcodes.ts";
import { registerOf } from "./register.ts";
import { sideBySide } from "./side_by_side.ts";
import { loadLanes, prepareAddress } from "./storage.ts";
import { bufferOf, postOrder, rootsOf, rootsOfStore } from "../ir/structure.ts";

/**
 * The local that holds a value, printed at its first use: in `copy` where it differs from lane to
 * lane, else in the row.
 */
export function valueOf(k: Context, row: Row, value: Value, copy: Copy | null): number {
  if (value.op === "const") return constantOf(k, value);
  const varies = k.varies(value);
  const known = varies ? copy?.values.get(value.id) : row.values.get(value.id);
  if (known !== undefined) return known;
  if (varies && !copy) throw new Error(`Cannot print ${value.op} for a row: it varies in the lane`);
  const local = compute(k, row, value, varies ? copy : null);
  (varies ? copy!.values : row.values).set(value.id, local);
  return local;
}

function constantOf(k: Context, { dtype, number }: Value): number {
  switch (registerOf(dtype)) {
    case "float":
      return k.v.f32(number!);
    case "mask":
      return k.v.i32(number ? -1 : 0);
    default:
      return k.v.i32(number!);
  }
}

function compute(k: Context, row: Row, value: Value, copy: Copy | null): number {
  switch (value.op) {
    case "load":
    case "acc":
      return loadLanes(k, row, value, copy);
    case "index":
      return indexLanes(k, row, value, copy);
    case "red":
      return (k.ir.kind === "col" ? copy! : row).reductions[value.number!]!;
  }
  const contracted = k.contracted.get(value.id);
  if (contracted !== undefined) return multiplyAdd(k, row, value, contracted, copy);
  return printOperation(k.v, value, value.args.map((arg) => valueOf(k, row, arg, copy)));
}

function multiplyAdd(k: Context, row: Row, value: Value, at: 0 | 1, copy: Copy | null): number {
  const [a, b] = value.args[at]!.args.map((arg) => valueOf(k, row, arg, copy));
  const c = valueOf(k, row, value.args[1 - at]!, copy);
  return value.op === "add" ? k.v.madd(a!, b!, c) : k.v.nmadd(a!, b!, c);
}

function indexLanes(k: Context, row: Row, value: Value, copy: Copy | null): number {
  const { fn } = k.v;
  const index = value.index!;
  const local = fn.local(V128);
  const coefficient = copy ? laneCoefficient(k, index) : 0;
  if (coefficient === null) {
    fn.get(k.v.i32(0)).set(local);
    for (let lane = 0; lane < copy!.valid; lane++) {
      fn.get(local);
      pushIndex(k, row, index, { copy: copy!, lane });
      fn.replaceLane(lane).set(local);
    }
    return local;
  }
  pushIndex(k, row, index, null);
  fn.simd("i32x4.splat").set(local);
  if (coefficient === 0) return local;
  const first = fn.local(V128);
  fn.get(k.lane).i32(copy!.offset).op("i32.add").simd("i32x4.splat").set(first);
  const position = k.v.apply("i32x4.add", first, k.v.iota());
  return k.v.apply("i32x4.add", local, k.v.apply("i32x4.mul", position, k.v.i32(coefficient)));
}

/** What a pass over the lane computes, in the order it is printed. */
export type Plan = {
  /** Values that differ from lane to lane. */
  readonly varying: readonly Value[];
  /** Values of the row, and the loads and stores whose addresses it fixes. */
  readonly invariant: readonly Value[];
  readonly loads: readonly Value[];
  readonly stores: readonly Store[];
};

/** The plan of a stage; the values `known` are there already. */
export function planStage(
  k: Context,
  stage: Stage,
  known: ReadonlySet<number> = new Set(),
): Plan {
  return plan(k, rootsOf(stage), stage.stores, known);
}

/** The plan of stores after the last stage. */
export function planStores(k: Context, stores: readonly Store[]): Plan {
  return plan(k, stores.flatMap(rootsOfStore), stores, new Set());
}

function plan(
  k: Context,
  roots: readonly Value[],
  stores: readonly Store[],
  known: ReadonlySet<number>,
): Plan {
  const order = postOrder(roots, known).filter((value) => value.op !== "const");
  const taken = new Set(
    order.flatMap((value) => {
      const at = k.contracted.get(value.id);
      return at === undefined ? [] : [value.args[at]!.id];
    }),
  );
  const printed = order.filter((value) => !taken.has(value.id));
  const varying = printed.filter(k.varies);
  return {
    varying,
    invariant: printed.filter((value) => !k.varies(value)),
    loads: varying.filter((value) => value.op === "load" || value.op === "acc"),
    stores,
  };
}

/** Prints what is the same for all lanes: values of the row, addresses. */
export function prepare(k: Context, row: Row, { invariant, loads, stores }: Plan): void {
  for (const value of invariant) valueOf(k, row, value, null);
  for (const load of loads) prepareAddress(k, row, bufferOf(load)!, load.index!, load.dtype);
  for (const { buffer, index, value } of stores) prepareAddress(k, row, buffer, index, value.dtype);
}

/**
 * Prints the varying values for all copies, side by side. All loads come before the first store: a
 * store may be in place of an input of a later value.
 */
export function printVarying(
  k: Context,
  row: Row,
  { varying }: Plan,
  copies: readonly Copy[],
): void {
  for (const value of varying) {
    sideBySide(k.v, copies.map((copy) => () => valueOf(k, row, value, copy)));
  }
}
