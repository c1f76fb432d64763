import { bind } from "../bind.ts";
import { isInteger } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import {
  definePrimitive,
  isLinear,
  type JvpResult,
  known,
  type Linear,
  type Primitive,
} from "../primitive.ts";
import { type Aval, formatAval, range, sameShape, type Shape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { addTangents } from "./add.ts";
import { broadcastFront, broadcastInDim } from "./broadcast_sum.ts";
import { equal } from "./compare.ts";
import { zerosOf } from "./concatenate.ts";
import { convert } from "./convert.ts";
import { div } from "./div.ts";
import { clampIds, flatIds, foldRows, inRange, unfoldRows } from "./_row_ids.ts";
import { mul } from "./mul.ts";
import { where } from "./select.ts";
import { moveAxis } from "./transpose.ts";

/** Reading and writing rows are each other's transpose, so they share a file. */

/** The axis along which rows are numbered. */
export type GatherParams = { readonly axis: number };

/** What scatter does with an element and an update. */
export type ScatterKind = "add" | "set" | "mul" | "min" | "max";

/** How to write rows: the kind, and the axis along which rows are numbered. */
export type ScatterParams = {
  readonly kind: ScatterKind;
  readonly axis: number;
  /** Whether the ids ascend, which lets a device work on different rows at once. */
  readonly sorted?: boolean;
};

/**
 * Rows of x along one axis: x [.., N, ..] and ids [I...] give [.., I..., ..]. Ids are clamped to
 * 0 ... N - 1.
 */
export const gatherP: Primitive<[Tensor, Tensor], [Tensor], GatherParams> = definePrimitive<
  [Tensor, Tensor],
  [Tensor],
  GatherParams
>({
  name: "gather",
  infer: ([x, ids], { axis }) => {
    requireIds("gather", x, ids);
    if (x.shape[axis] === 0 && sizeOf(ids.shape) > 0) {
      throw new ShapeError(
        `Cannot gather from ${formatAval(x)} along axis ${axis}: it has no rows`,
        "gather",
        [x.shape, ids.shape],
      );
    }
    return [{ shape: rowsShape(x.shape, ids.shape, axis), dtype: x.dtype }];
  },
  evaluate: ([x, ids], { axis }, [out]) => {
    const { outer, count, width } = blocks(x.shape, axis);
    const result = new Float64Array(sizeOf(out.shape));
    const n = ids.data.length;
    for (let i = 0; i < outer; i++) {
      for (let j = 0; j < n; j++) {
        const row = i * count + Math.min(count - 1, Math.max(0, ids.data[j]!));
        result.set(x.data.subarray(row * width, (row + 1) * width), (i * n + j) * width);
      }
    }
    return [result];
  },
  jvp: ([x, ids], [dx], params) => [
    [gatherRows(x, ids, params)],
    [dx && gatherRows(dx, ids, params)],
  ],
  transpose: ([ct], [x, ids], { axis }) => {
    if (!ct || !isLinear(x)) return [null, null];
    const clamped = clampIds(known(ids), x.aval.shape[axis]!);
    return [scatterRows(zerosOf(x.aval), [clamped, ct], { kind: "add", axis }), null];
  },
  batch: ([x, ids], [bx, bi], { axis }) => {
    if (!bi) return [gatherRows(x, ids, { axis: axis + 1 })];
    if (!bx) return [moveAxis(gatherRows(x, ids, { axis }), axis, 0)];
    const flat = flatIds(clampIds(ids, x.shape[axis + 1]!), x.shape[axis + 1]!);
    const rows = gatherRows(foldRows(x, axis + 1), flat, { axis: 0 }); // [B, I.., before, after]
    const places = range(ids.shape.length - 1);
    return [moveAxis(rows, places.map((i) => i + 1), places.map((i) => i + 1 + axis))];
  },
});

/**
 * x with rows changed: x [.., N, ..], ids [I...] and updates [.., I..., ..]. Updates with the same
 * id come in order; those with an id outside 0 ... N - 1 are dropped.
 */
export const scatterP: Primitive<[Tensor, Tensor, Tensor], [Tensor], ScatterParams> =
  definePrimitive<[Tensor, Tensor, Tensor], [Tensor], ScatterParams>({
    name: "scatter",
    infer: ([x, ids, updates], { axis }) => {
      requireIds("scatter", x, ids);
      const expected = rowsShape(x.shape, ids.shape, axis);
      if (!sameShape(updates.shape, expected) || updates.dtype !== x.dtype) {
        throw new ShapeError(
          `Cannot scatter ${formatAval(updates)} into ${formatAval(x)}: the rows have the type ` +
            formatAval({ shape: expected, dtype: x.dtype }),
          "scatter",
          [x.shape, ids.shape, updates.shape],
        );
      }
      return [x];
    },
    evaluate: ([x, ids, updates], { kind, axis }) => {
      const { outer, count, width } = blocks(x.shape, axis);
      const result = x.data.slice();
      const combine = COMBINE[kind];
      const n = ids.data.length;
      for (let i = 0; i < outer; i++) {
        for (let j = 0; j < n; j++) {
          const id = ids.data[j]!;
          if (id < 0 || id >= count) continue;
          const to = (i * count + id) * width;
          const from = (i * n + j) * width;
          for (let k = 0; k < width; k++) {
            result[to + k] = combine(result[to + k]!, updates.data[from + k]!);
          }
        }
      }
      return [result];
    },
    jvp: (primals, tangents, params): JvpResult<[Tensor]> => {
      const y = bind(scatterP, primals, params)[0];
      return [[y], [scatterTangent(primals, y, tangents, params)]];
    },
    transpose: ([ct], [x, ids, updates], params) => {
      if (!ct) return [null, null, null];
      const [dx, du] = scatterTransposes(ct, [x, known(ids), updates], params);
      return [dx, null, du];
    },
    batch: ([x, ids, updates], [bx, bi, bu], params, size) => {
      const front = (t: Tensor, is: boolean): Tensor => is ? t : broadcastFront(t, size);
      const [all, rows] = [front(x, bx), front(updates, bu)];
      const axis = params.axis + 1;
      if (!bi) return [scatterRows(all, [ids, rows], { ...params, axis })];
      const places = range(ids.shape.length - 1);
      const moved = moveAxis(rows, places.map((i) => i + axis), places.map((i) => i + 1));
      const flat = flatIds(ids, x.shape[bx ? axis : params.axis]!);
      const y = scatterRows(foldRows(all, axis), [flat, moved], { kind: params.kind, axis: 0 });
      return [unfoldRows(y, size, axis)];
    },
  });

const COMBINE: Record<ScatterKind, (old: number, update: number) => number> = {
  add: (old, update) => old + update,
  set: (_old, update) => update,
  mul: (old, update) => old * update,
  min: Math.min,
  max: Math.max,
};

type ScatterTangents = readonly [Tensor | null, Tensor | null, Tensor | null];

function scatterTangent(
  [x, ids, updates]: readonly [Tensor, Tensor, Tensor],
  y: Tensor,
  [dx, _, du]: ScatterTangents,
  params: ScatterParams,
): Tensor | null {
  const { kind, axis } = params;
  const spread = (rows: Tensor): Tensor =>
    scatterRows(zerosOf(x.aval), [ids, rows], { ...params, kind: "add" });
  switch (kind) {
    case "add":
    case "set": {
      if (!dx && !du) return null;
      const rows = du ?? zerosOf(updates.aval);
      return scatterRows(dx ?? zerosOf(x.aval), [ids, rows], params);
    }
    case "mul": // as if no id came twice
      return addTangents(
        dx && scatterRows(dx, [ids, updates], params),
        du && spread(mul(du, gatherRows(x, ids, { axis }))),
      );
    case "min":
    case "max": {
      // Whoever equals the result shares the derivative.
      const kept = convert(equal(x, y), x.dtype);
      const won = convert(equal(updates, gatherRows(y, ids, { axis })), x.dtype);
      const winners = addTangents(kept, spread(won))!;
      const sum = addTangents(dx && mul(dx, kept), du && spread(mul(du, won)));
      return sum && div(sum, winners);
    }
  }
}

function scatterTransposes(
  ct: Tensor,
  [x, ids, updates]: readonly [Tensor | Linear, Tensor, Tensor | Linear],
  params: ScatterParams,
): readonly [Tensor | null, Tensor | null] {
  const { kind, axis } = params;
  const old = (): Tensor => {
    if (kind === "add") return ct;
    const rows = isLinear(updates) ? zerosOf(updates.aval) : updates;
    const factor = kind === "mul" ? rows : zerosOf(rows.aval);
    return scatterRows(ct, [ids, factor], params);
  };
  const rows = (aval: Aval): Tensor => {
    const dims = range(ids.shape.length).map((i) => i + axis);
    const valid = broadcastInDim(inRange(ids, ct.shape[axis]!), { shape: aval.shape, dims });
    return where(valid, gatherRows(ct, ids, { axis }), 0);
  };
  return [isLinear(x) ? old() : null, isLinear(updates) ? rows(updates.aval) : null];
}

function requireIds(op: string, x: Aval, ids: Aval): void {
  if (isInteger(ids.dtype)) return;
  throw new ShapeError(
    `Cannot ${op} rows of ${formatAval(x)} by ${formatAval(ids)}: ids are integers; convert them`,
    op,
    [x.shape, ids.shape],
  );
}

function rowsShape(x: Shape, ids: Shape, axis: number): Shape {
  return [...x.slice(0, axis), ...ids, ...x.slice(axis + 1)];
}

function blocks(shape: Shape, axis: number): { outer: number; count: number; width: number } {
  return {
    outer: sizeOf(shape.slice(0, axis)),
    count: shape[axis]!,
    width: sizeOf(shape.slice(axis + 1)),
  };
}

/** Rows of `x` along `axis`, ids clamped. */
export function gatherRows(x: Tensor, ids: Tensor, params: GatherParams): Tensor {
  return bind(gatherP, [x, ids], params)[0];
}

/** `x` with `updates` written to the rows `ids`. */
export function scatterRows(
  x: Tensor,
  [ids, updates]: readonly [ids: Tensor, updates: Tensor],
  { kind, axis, sorted = false }: ScatterParams,
): Tensor {
  const params = { kind, axis, ...(sorted ? { sorted } : {}) };
  return bind(scatterP, [x, ids, updates], params)[0];
}
