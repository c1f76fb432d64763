import type { DType } from "../../core/mod.ts";
import { bytesOf } from "../../core/internal.ts";
import type { Index, Store, Value } from "../ir/types.ts";
import {
  laneCoefficient,
  type Position,
  pushAddress,
  pushContiguous,
  rowAddress,
} from "./address.ts";
import type { Context, Copy, Row } from "./context.ts";
import { narrowBf16, narrowF16, widenBf16, widenF16 } from "./half.ts";
import { V128 } from "./opcodes.ts";
import { integerToMask, maskToInteger } from "./register.ts";
import { bufferOf } from "../ir/structure.ts";

/** Loads a value into a new local, widened to its register type; without a copy, to all lanes. */
export function loadLanes(k: Context, row: Row, value: Value, copy: Copy | null): number {
  const { dtype } = value;
  const buffer = bufferOf(value)!;
  const index = value.index!;
  const coefficient = copy ? laneCoefficient(k, index) : 0;
  const local = k.v.fn.local(V128);
  if (!copy || coefficient === 0) {
    k.v.fn.get(rowAddress(k, row, buffer, index, bytesOf(dtype)));
    splat(k, dtype);
    k.v.fn.set(local);
  } else if (coefficient === 1) {
    pushContiguous(k, row, buffer, index, bytesOf(dtype));
    loadVector(k, dtype, copy.offset * bytesOf(dtype));
    k.v.fn.set(local);
  } else gatherLanes(k, row, value, copy, local);
  return widen(k, dtype, local);
}

function splat(k: Context, dtype: DType): void {
  if (bytesOf(dtype) === 4) k.v.fn.memory("v128.load32_splat");
  else k.v.fn.memory(narrowLoad(dtype)).simd("i32x4.splat");
}

function narrowLoad(dtype: DType): "i32.load16_u" | "i32.load8_s" | "i32.load8_u" {
  return bytesOf(dtype) === 2 ? "i32.load16_u" : dtype === "i8" ? "i32.load8_s" : "i32.load8_u";
}

function loadVector(k: Context, dtype: DType, offset: number): void {
  const { fn } = k.v;
  switch (bytesOf(dtype)) {
    case 4:
      fn.memory("v128.load", offset);
      break;
    case 2:
      fn.memory("v128.load16x4_u", offset);
      break;
    default:
      fn.memory("v128.load32_zero", offset);
      if (dtype === "i8") fn.simd("i16x8.extend_low_i8x16_s", "i32x4.extend_low_i16x8_s");
      else fn.simd("i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u");
  }
}

// Lanes that are not valid have no address: they keep the zero.
function gatherLanes(k: Context, row: Row, value: Value, copy: Copy, local: number): void {
  const { fn } = k.v;
  const { dtype } = value;
  fn.get(k.v.i32(0)).set(local);
  for (let lane = 0; lane < copy.valid; lane++) {
    const push = (): void =>
      pushAddress(k, row, bufferOf(value)!, value.index!, bytesOf(dtype), { copy, lane });
    if (bytesOf(dtype) === 4) {
      push();
      fn.get(local).memoryLane("v128.load32_lane", lane).set(local);
    } else {
      fn.get(local);
      push();
      fn.memory(narrowLoad(dtype)).replaceLane(lane).set(local);
    }
  }
}

function widen(k: Context, dtype: DType, local: number): number {
  if (dtype === "f16") return widenF16(k.v, local);
  if (dtype === "bf16") return widenBf16(k.v, local);
  if (dtype === "bool") return integerToMask(k.v, local);
  return local;
}

function narrow(k: Context, dtype: DType, local: number): number {
  switch (dtype) {
    case "f16":
      return narrowF16(k.v, local);
    case "bf16":
      return narrowBf16(k.v, local);
    case "bool":
      return maskToInteger(k.v, local);
    case "i8":
    case "u8":
      return k.v.apply("v128.and", local, k.v.i32(255));
    default:
      return local;
  }
}

/** Stores the lanes of a vector, rounded or cut to the dtype of the value. */
export function storeLanes(k: Context, row: Row, store: Store, local: number, copy: Copy): void {
  const { dtype } = store.value;
  const bits = narrow(k, dtype, local);
  if (copy.valid === 4 && laneCoefficient(k, store.index) === 1) {
    pushContiguous(k, row, store.buffer, store.index, bytesOf(dtype));
    storeVector(k, dtype, bits, copy.offset * bytesOf(dtype));
    return;
  }
  for (let lane = 0; lane < copy.valid; lane++) {
    storeLane(k, row, store, bits, { copy, lane });
  }
}

function storeVector(k: Context, dtype: DType, bits: number, offset: number): void {
  const { fn } = k.v;
  switch (bytesOf(dtype)) {
    case 4:
      fn.get(bits).memory("v128.store", offset);
      break;
    case 2:
      fn.get(bits).get(bits).simd("i16x8.narrow_i32x4_u");
      fn.memoryLane("v128.store64_lane", 0, offset);
      break;
    default:
      fn.get(bits).get(bits).simd("i16x8.narrow_i32x4_u");
      fn.get(bits).simd("i8x16.narrow_i16x8_u").memoryLane("v128.store32_lane", 0, offset);
  }
}

function storeLane(k: Context, row: Row, store: Store, bits: number, at: Position): void {
  const bytes = bytesOf(store.value.dtype);
  pushAddress(k, row, store.buffer, store.index, bytes, at);
  storeElement(k, bits, bytes, at.lane);
}

/** Stores a value of the whole row at one place. */
export function storeRow(k: Context, row: Row, store: Store, local: number): void {
  const bytes = bytesOf(store.value.dtype);
  const bits = narrow(k, store.value.dtype, local);
  k.v.fn.get(rowAddress(k, row, store.buffer, store.index, bytes));
  storeElement(k, bits, bytes, 0);
}

function storeElement(k: Context, bits: number, bytes: number, lane: number): void {
  const { fn } = k.v;
  fn.get(bits);
  if (bytes === 4) fn.memoryLane("v128.store32_lane", lane);
  else fn.extractLane(lane).memory(bytes === 2 ? "i32.store16" : "i32.store8");
}

/** Computes the address of a load or store once for the row, where its index is affine. */
export function prepareAddress(
  k: Context,
  row: Row,
  buffer: number,
  index: Index,
  dtype: DType,
): void {
  if (laneCoefficient(k, index) !== null) rowAddress(k, row, buffer, index, bytesOf(dtype));
}
