import type { HostArray } from "../host.ts";
import { type Shape, sizeOf, stridesOf } from "../shape.ts";

/**
 * Geometry of a convolution, per spatial axis. `lhsDilation` puts zeros between the elements of x,
 * `rhsDilation` between those of the kernel; padding may be negative.
 */
export type ConvParams = {
  readonly stride: readonly number[];
  readonly padding: readonly (readonly [low: number, high: number])[];
  readonly lhsDilation: readonly number[];
  readonly rhsDilation: readonly number[];
  readonly groups: number;
};

/** A convolution on host arrays: the patches under the kernel as rows, times the kernel's rows. */
export function convHost(
  x: HostArray,
  w: HostArray,
  params: ConvParams,
  out: Shape,
): Float64Array {
  const { groups } = params;
  const [n, channels] = [x.shape[0]!, x.shape[1]! / groups];
  const outputs = out[1]! / groups;
  const area = sizeOf(x.shape.slice(2));
  const places = sizeOf(out.slice(2));
  const taps = sizeOf(w.shape.slice(2));
  const offsets = tapOffsets(x.shape.slice(2), w.shape.slice(2), out.slice(2), params);
  const result = new Float64Array(sizeOf(out));
  const patch = new Float64Array(channels * taps);
  for (let b = 0; b < n * groups; b++) {
    const group = b % groups;
    for (let p = 0; p < places; p++) {
      fillPatch(patch, x.data, b * channels * area, { channels, area, taps, offsets, place: p });
      for (let o = 0; o < outputs; o++) {
        const row = (group * outputs + o) * patch.length;
        let sum = 0;
        for (let k = 0; k < patch.length; k++) sum += patch[k]! * w.data[row + k]!;
        result[(b * outputs + o) * places + p] = sum;
      }
    }
  }
  return result;
}

type Patch = {
  readonly channels: number;
  readonly area: number;
  readonly taps: number;
  readonly offsets: Int32Array;
  readonly place: number;
};

function fillPatch(patch: Float64Array, data: Float64Array, from: number, spec: Patch): void {
  const { channels, area, taps, offsets, place } = spec;
  for (let c = 0; c < channels; c++) {
    for (let k = 0; k < taps; k++) {
      const offset = offsets[place * taps + k]!;
      patch[c * taps + k] = offset < 0 ? 0 : data[from + c * area + offset]!;
    }
  }
}

/** Where in a channel tap k of output place p reads, [places · taps]; -1 in the padding. */
function tapOffsets(sides: Shape, kernel: Shape, out: Shape, params: ConvParams): Int32Array {
  const strides = stridesOf(sides);
  let table: Int32Array = Int32Array.of(0); // [places so far, taps so far]
  let [places, taps] = [1, 1];
  sides.forEach((side, axis) => {
    const [m, k] = [out[axis]!, kernel[axis]!];
    const next = new Int32Array(places * m * taps * k);
    let at = 0;
    for (let p = 0; p < places; p++) {
      for (let i = 0; i < m; i++) {
        for (let t = 0; t < taps; t++) {
          for (let j = 0; j < k; j++) {
            const before = table[p * taps + t]!;
            const here = tapIndex(i, j, side, axis, params);
            next[at++] = before < 0 || here < 0 ? -1 : before + here * strides[axis]!;
          }
        }
      }
    }
    table = next;
    places *= m;
    taps *= k;
  });
  return table;
}

function tapIndex(
  place: number,
  tap: number,
  side: number,
  axis: number,
  params: ConvParams,
): number {
  const dilation = params.lhsDilation[axis]!;
  const at = place * params.stride[axis]! + tap * params.rhsDilation[axis]! -
    params.padding[axis]![0];
  const index = at / dilation;
  return Number.isInteger(index) && index >= 0 && index < side ? index : -1;
}
