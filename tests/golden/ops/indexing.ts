import * as g from "../../../mod.ts";
import { binary, dtypeOf, type MakeOp, number, type OpTable, withAttrs } from "./_table.ts";

type Item = number | string | { readonly input?: number } & g.Span;

const itemsOf = (attrs: { readonly [name: string]: unknown }, xs: readonly g.Tensor[]) =>
  (attrs["items"] as Item[]).map((item): g.IndexItem => {
    if (typeof item === "number") return item;
    if (typeof item === "string") return item as "newaxis" | "ellipsis";
    return item.input === undefined ? item : xs[item.input]!;
  });

const at = (kind: g.ScatterKind): MakeOp => (attrs) => (xs) => [
  g.indexUpdate(xs[0]!, itemsOf(attrs, xs), { update: xs.at(-1)!, kind }),
];

const indexed: MakeOp = (attrs) => (xs) => [g.index(xs[0]!, itemsOf(attrs, xs))];

/** The positions of windows that begin at `starts` [..., k], and which of them lie inside of x. */
function windows(
  x: g.Tensor,
  starts: g.Tensor,
  sizes: readonly number[],
  map: readonly number[],
  clip: boolean,
): { items: g.Tensor[]; valid: g.Tensor } {
  const batch = starts.shape.length - 1;
  const shape = [...starts.shape.slice(0, -1), ...sizes];
  let valid: g.Tensor = g.full(shape, true);
  const items = sizes.map((size, axis) => {
    const within = g.iota(shape, { axis: batch + axis, dtype: "i32" });
    const column = map.indexOf(axis);
    if (column < 0) return within;
    const start = g.index(starts, ["ellipsis", column]);
    const wide = g.reshape(start, [...start.shape, ...sizes.map(() => 1)]);
    const last = x.shape[axis]! - size;
    valid = g.logicalAnd(valid, g.logicalAnd(g.greaterEqual(wide, 0), g.lessEqual(wide, last)));
    return g.add(clip ? g.clamp(wide, 0, last) : wide, within);
  });
  return { items, valid };
}

/** Golden ops of indexing, padding, repeating and cutting. */
export const indexing: OpTable = {
  array_split: ({ sections, axis }) => ([x]) =>
    g.arraySplit(x!, { sections: number(sections), axis: number(axis) }),
  at_add: at("add"),
  at_max: at("max"),
  at_min: at("min"),
  at_mul: at("mul"),
  at_set: at("set"),
  diag: withAttrs((x, { k }) => g.diag(x, { k: number(k) })),
  bitcast: ({ dtype }) => {
    const to = dtypeOf<g.DType>(dtype);
    return g.DTYPES.includes(to) ? ([x]) => [g.bitcast(x!, to)] : null;
  },
  convolve: ({ mode }) => ([x, y]) => [
    g.convolve(x!, y!, { mode: mode as "full" | "same" | "valid" }),
  ],
  diagonal: withAttrs((x, { offset, axis1, axis2 }) =>
    g.diagonal(x, { offset: number(offset), axis1: number(axis1), axis2: number(axis2) })
  ),
  diff: withAttrs((x, { n, axis }) => g.diff(x, { n: number(n), axis: number(axis) })),
  gather: (attrs) => ([x, starts]) => {
    const sizes = attrs["slice_sizes"] as number[];
    const collapsed = attrs["collapsed_slice_dims"] as number[];
    const offsets = attrs["offset_dims"] as number[];
    const clip = attrs["mode"] === "clip";
    const { items, valid } = windows(
      x!,
      starts!,
      sizes,
      attrs["start_index_map"] as number[],
      clip,
    );
    const all = g.index(x!, items); // [batch..., every axis of the window]
    const batch = starts!.shape.length - 1;
    const filled = clip ? all : g.where(valid, all, NaN);
    const y = g.squeeze(filled, { axes: collapsed.map((axis) => axis + batch) });
    return [g.moveAxis(y, offsets.map((_, i) => batch + i), offsets)];
  },
  index: indexed,
  kron: binary(g.kron),
  lax_pad: ({ config }) => ([x, value]) => {
    const widths = config as [number, number, number][];
    return [
      g.pad(x!, {
        low: widths.map(([low]) => low),
        high: widths.map(([, high]) => high),
        interior: widths.map(([, , between]) => between),
        value: value!,
      }),
    ];
  },
  linspace: ({ start, stop, num, endpoint }) => () => [
    g.linspace(number(start), number(stop), { count: number(num), endpoint: endpoint === true }),
  ],
  moveaxis: withAttrs((x, { source, destination }) =>
    g.moveAxis(x, source as number, destination as number)
  ),
  one_hot: withAttrs((x, { num_classes, axis, dtype }) =>
    g.oneHot(x, number(num_classes), { axis: number(axis), dtype: dtypeOf<g.DType>(dtype) })
  ),
  pad: ({ mode, value, width }) => ([x]) => {
    const pairs = width as [number, number][];
    return [
      g.pad(x!, {
        low: pairs.map(([low]) => low),
        high: pairs.map(([, high]) => high),
        mode: mode as g.PadMode,
        value: number(value ?? 0),
      }),
    ];
  },
  repeat: withAttrs((x, { repeats, axis }) =>
    g.repeat(x, repeats as number, { axis: axis as number | null })
  ),
  roll: withAttrs((x, { shift, axis }) =>
    g.roll(x, shift as number, { axis: axis as number | null })
  ),
  rot90: ({ k, axes }) => ([x]) => [
    g.rot90(x!, { k: number(k), axes: axes as [number, number] }),
  ],
  scatter: (attrs) => ([x, starts, updates]) => {
    const windowDims = attrs["update_window_dims"] as number[];
    const inserted = attrs["inserted_window_dims"] as number[];
    const batch = starts!.shape.length - 1;
    const rows = g.moveAxis(updates!, windowDims, windowDims.map((_, i) => batch + i));
    const update = g.expandDims(rows, inserted.map((axis) => axis + batch));
    const sizes = update.shape.slice(batch);
    const map = attrs["scatter_dims_to_operand_dims"] as number[];
    const { items, valid } = windows(x!, starts!, sizes, map, false);
    const places = items.map((item) => g.where(valid, item, 2 ** 30));
    return [g.indexUpdate(x!, places, { update, kind: attrs["update"] as g.ScatterKind })];
  },
  searchsorted: ({ side }) => ([sorted, values]) => [
    g.searchSorted(sorted!, values!, { side: side as "left" }),
  ],
  slice: indexed,
  sort_kv: ({ axis, num_keys }) => (xs) =>
    g.sortTogether(xs, { axis: number(axis), keys: number(num_keys) }),
  split: (attrs) => ([x]) =>
    g.split(x!, {
      axis: number(attrs["axis"]),
      ...(attrs["sections"] === undefined || attrs["sections"] === null
        ? { indices: attrs["indices"] as number[] }
        : { sections: number(attrs["sections"]) }),
    }),
  take: ({ axis, mode }) => ([x, ids]) => [
    g.take(x!, ids!, { axis: axis as number | null, mode: mode as g.IndexMode }),
  ],
  tile: withAttrs((x, { reps }) => g.tile(x, reps as number[])),
  trace: withAttrs((x, { offset }) => g.traceOf(x, { offset: number(offset) })),
  tri: ({ n, m, k, dtype }) => () => [
    g.tri(number(n), {
      ...(m === null || m === undefined ? {} : { columns: number(m) }),
      k: number(k ?? 0),
      dtype: dtypeOf<g.DType>(dtype ?? "float32"),
    }),
  ],
  unstack: ({ axis }) => ([x]) => g.unstack(x!, { axis: number(axis) }),
};
