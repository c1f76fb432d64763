import * as g from "../../../mod.ts";
import {
  axesOf,
  dtypeOf,
  type MakeOp,
  number,
  type OpTable,
  optional,
  withAttrs,
} from "./_table.ts";

const asDtype = (value: unknown): g.DType | null => {
  const dtype = dtypeOf<g.DType>(value);
  return g.DTYPES.includes(dtype) ? dtype : null;
};

const triangle = (f: (x: g.Tensor, options?: { readonly k?: number }) => g.Tensor): MakeOp =>
  withAttrs((x, { k }) => f(x, { k: number(k ?? 0) }));

/** Golden ops of shapes, indexing, sorting, creation and casts. */
export const shape: OpTable = {
  arange: ({ start, stop, step, dtype }) => {
    const to = asDtype(dtype);
    if (!to) return null;
    return () => [g.arange(number(start), number(stop), { step: number(step ?? 1), dtype: to })];
  },
  argsort: withAttrs((x, { axis, descending }) =>
    g.argsort(x, { axis: number(axis), descending: descending === true })
  ),
  broadcast_in_dim: withAttrs((x, { shape, dims }) =>
    g.broadcastInDim(x, { shape: shape as number[], dims: dims as number[] })
  ),
  broadcast_to: withAttrs((x, { shape }) => g.broadcastTo(x, shape as number[])),
  cast: ({ dtype }, [x]) => {
    const to = asDtype(dtype);
    return to && x ? ([x]) => [g.convert(x!, to)] : null;
  },
  concatenate: ({ axis }) => (xs) => [g.concatenate(xs, { axis: number(axis) })],
  dynamic_slice: ({ sizes }) => ([x, starts]) => [
    g.dynamicSlice(x!, scalars(starts!), { sizes: sizes as number[] }),
  ],
  dynamic_update_slice: () => ([x, update, starts]) => [
    g.dynamicUpdateSlice(x!, update!, { starts: scalars(starts!) }),
  ],
  expand_dims: withAttrs((x, { axes }) => g.expandDims(x, axes as number[])),
  eye: ({ n, m, k, dtype }) => {
    const to = asDtype(dtype);
    const columns = optional<number>(m);
    if (!to) return null;
    return () => [
      g.eye(number(n), { ...(columns !== undefined && { columns }), k: number(k ?? 0), dtype: to }),
    ];
  },
  flip: withAttrs((x, attrs) => {
    const axes = axesOf(attrs["axes"]);
    return g.flip(x, axes ? { axes } : {});
  }),
  full: ({ shape, value, dtype }) => {
    const to = asDtype(dtype);
    return to ? () => [g.full(shape as number[], number(value), { dtype: to })] : null;
  },
  iota: ({ shape, dimension, dtype }) => {
    const to = asDtype(dtype);
    return to ? () => [g.iota(shape as number[], { axis: number(dimension), dtype: to })] : null;
  },
  lax_slice: withAttrs((x, { start, limit, strides }) =>
    g.slice(x, {
      start: start as number[],
      stop: limit as number[],
      ...(strides ? { step: strides as number[] } : {}),
    })
  ),
  one_hot: ({ num_classes, axis, dtype }) => {
    const to = asDtype(dtype);
    if (!to || (axis !== undefined && axis !== -1)) return null;
    return ([x]) => [g.oneHot(x!, number(num_classes), { dtype: to })];
  },
  pad: ({ mode, value, width }) => {
    if (mode !== "constant") return null;
    const pairs = width as [number, number][];
    const low = pairs.map(([l]) => l);
    const high = pairs.map(([, h]) => h);
    return ([x]) => [g.pad(x!, { low, high, value: number(value ?? 0) })];
  },
  ravel: withAttrs((x) => g.reshape(x, [-1])),
  reshape: withAttrs((x, { shape }) => g.reshape(x, shape as number[])),
  sort: withAttrs((x, { axis, descending }) =>
    g.sort(x, { axis: number(axis), descending: descending === true })
  ),
  squeeze: withAttrs((x, attrs) => {
    const axes = axesOf(attrs["axes"]);
    return g.squeeze(x, axes ? { axes } : {});
  }),
  stack: ({ axis }) => (xs) => [g.stack(xs, { axis: number(axis) })],
  swapaxes: withAttrs((x, { axis1, axis2 }) => g.swapAxes(x, number(axis1), number(axis2))),
  take: ({ axis, mode }) => {
    const at = optional<number>(axis);
    if (mode !== undefined && mode !== "fill" && mode !== "clip" && mode !== "wrap") return null;
    return ([x, ids]) => [
      g.take(at === undefined ? g.reshape(x!, [-1]) : x!, ids!, {
        axis: at ?? 0,
        ...(mode === undefined ? {} : { mode }),
      }),
    ];
  },
  take_along_axis: ({ axis }) => ([x, ids]) => [
    g.takeAlongAxis(x!, ids!, { axis: number(axis) }),
  ],
  top_k: ({ k }) => ([x]) => {
    const [values, indices] = g.topK(x!, number(k));
    return [values, indices];
  },
  transpose: withAttrs((x, { perm }) => g.transpose(x, optional<number[]>(perm))),
  tril: triangle(g.tril),
  triu: triangle(g.triu),
};

function scalars(starts: g.Tensor): g.Tensor[] {
  return Array.from(
    { length: starts.shape[0]! },
    (_, i) => g.reshape(g.slice(starts, { start: [i], stop: [i + 1] }), []),
  );
}
