/**
 * `deno task names`: writes docs/names.md, the table of what exists here beside JAX's and Optax's
 * names. It looks at what the modules export, so it cannot promise what is not there.
 */
import * as autodiff from "../autodiff/mod.ts";
import * as core from "../core/mod.ts";
import * as nn from "../nn/mod.ts";
import * as optim from "../optim/mod.ts";
import jax from "./jax_names.json" with { type: "json" };

/** Our modules, as they are imported. */
const ROOMS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "graft": { ...core, ...autodiff },
  "graft/nn": nn,
  "graft/optim": optim,
};

/** Where to look for the names of each of their modules, first come first served. */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  "jax": ["graft"],
  "jax.numpy": ["graft"],
  "jax.lax": ["graft", "graft/nn"],
  "jax.nn": ["graft/nn", "graft"],
  "jax.random": ["graft", "graft/nn"],
  "jax.tree": ["graft"],
  "optax": ["graft/optim", "graft/nn"],
};

/** Names that differ in more than their spelling. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "jax.clear_caches": "clearCaches",
  "jax.device_put": "toDevice",
  "jax.default_device": "setDevice",
  "jax.eval_shape": "evalShape",
  "jax.jacobian": "jacrev",
  "jax.make_jaxpr": "makeGraph",
  "jax.remat": "checkpoint",
  "jax.numpy.absolute": "abs",
  "jax.numpy.add": "add",
  "jax.numpy.allclose": "allClose",
  "jax.numpy.amax": "max",
  "jax.numpy.amin": "min",
  "jax.numpy.append": "concatenate",
  "jax.numpy.arccos": "acos",
  "jax.numpy.arccosh": "acosh",
  "jax.numpy.arcsin": "asin",
  "jax.numpy.arcsinh": "asinh",
  "jax.numpy.arctan": "atan",
  "jax.numpy.arctan2": "atan2",
  "jax.numpy.arctanh": "atanh",
  "jax.numpy.argpartition": "argsort",
  "jax.numpy.around": "round",
  "jax.numpy.array": "tensor",
  "jax.numpy.array_equal": "arrayEqual",
  "jax.numpy.asarray": "tensor",
  "jax.numpy.astype": "convert",
  "jax.numpy.atleast_1d": "atLeast1d",
  "jax.numpy.atleast_2d": "atLeast2d",
  "jax.numpy.atleast_3d": "atLeast3d",
  "jax.numpy.bitwise_count": "populationCount",
  "jax.numpy.bitwise_invert": "bitwiseNot",
  "jax.numpy.bitwise_left_shift": "leftShift",
  "jax.numpy.bitwise_right_shift": "rightShift",
  "jax.numpy.clip": "clamp",
  "jax.numpy.concat": "concatenate",
  "jax.numpy.copysign": "copySign",
  "jax.numpy.cumulative_prod": "cumprod",
  "jax.numpy.cumulative_sum": "cumsum",
  "jax.numpy.delete": "deleteAt",
  "jax.numpy.degrees": "rad2deg",
  "jax.numpy.diagflat": "diag",
  "jax.numpy.divide": "div",
  "jax.numpy.dsplit": "split",
  "jax.numpy.ediff1d": "diff",
  "jax.numpy.empty": "zeros",
  "jax.numpy.empty_like": "zerosLike",
  "jax.numpy.fabs": "abs",
  "jax.numpy.flatnonzero": "flatNonzero",
  "jax.numpy.float_power": "pow",
  "jax.numpy.fmod": "rem",
  "jax.numpy.hsplit": "split",
  "jax.numpy.identity": "eye",
  "jax.numpy.insert": "insertAt",
  "jax.numpy.invert": "bitwiseNot",
  "jax.numpy.isclose": "isClose",
  "jax.numpy.isfinite": "isFinite",
  "jax.numpy.isin": "isIn",
  "jax.numpy.isinf": "isInf",
  "jax.numpy.isnan": "isNan",
  "jax.numpy.lexsort": "lexSort",
  "jax.numpy.logaddexp": "logAddExp",
  "jax.numpy.logaddexp2": "logAddExp2",
  "jax.numpy.matrix_transpose": "matrixTranspose",
  "jax.numpy.mod": "remainder",
  "jax.numpy.moveaxis": "moveAxis",
  "jax.numpy.multiply": "mul",
  "jax.numpy.nanargmax": "nanArgmax",
  "jax.numpy.nanargmin": "nanArgmin",
  "jax.numpy.nancumprod": "nanCumprod",
  "jax.numpy.nancumsum": "nanCumsum",
  "jax.numpy.nanmax": "nanMax",
  "jax.numpy.nanmean": "nanMean",
  "jax.numpy.nanmedian": "nanMedian",
  "jax.numpy.nanmin": "nanMin",
  "jax.numpy.nanpercentile": "nanPercentile",
  "jax.numpy.nanprod": "nanProd",
  "jax.numpy.nanquantile": "nanQuantile",
  "jax.numpy.nanstd": "nanStd",
  "jax.numpy.nansum": "nanSum",
  "jax.numpy.nanvar": "nanVariance",
  "jax.numpy.negative": "neg",
  "jax.numpy.nextafter": "nextAfter",
  "jax.numpy.packbits": "packBits",
  "jax.numpy.partition": "sort",
  "jax.numpy.permute_dims": "transpose",
  "jax.numpy.power": "pow",
  "jax.numpy.radians": "deg2rad",
  "jax.numpy.result_type": "promoteTypes",
  "jax.numpy.right_shift": "rightShift",
  "jax.numpy.rint": "round",
  "jax.numpy.rollaxis": "moveAxis",
  "jax.numpy.searchsorted": "searchSorted",
  "jax.numpy.signbit": "signBit",
  "jax.numpy.std": "std",
  "jax.numpy.subtract": "sub",
  "jax.numpy.swapaxes": "swapAxes",
  "jax.numpy.trace": "traceOf",
  "jax.numpy.true_divide": "div",
  "jax.numpy.unique_all": "unique",
  "jax.numpy.unique_counts": "unique",
  "jax.numpy.unique_inverse": "unique",
  "jax.numpy.unique_values": "unique",
  "jax.numpy.unpackbits": "unpackBits",
  "jax.numpy.var": "variance",
  "jax.numpy.vsplit": "split",
  "jax.lax.batch_matmul": "matmul",
  "jax.lax.bitcast_convert_type": "bitcast",
  "jax.lax.broadcast": "broadcastTo",
  "jax.lax.broadcasted_iota": "iota",
  "jax.lax.clz": "countLeadingZeros",
  "jax.lax.collapse": "reshape",
  "jax.lax.conv": "convGeneral",
  "jax.lax.conv_general_dilated": "convGeneral",
  "jax.lax.conv_general_dilated_patches": "windows",
  "jax.lax.conv_with_general_padding": "convGeneral",
  "jax.lax.convert_element_type": "convert",
  "jax.lax.cumlogsumexp": "cumlogsumexp",
  "jax.lax.dynamic_index_in_dim": "dynamicSlice",
  "jax.lax.dynamic_slice_in_dim": "dynamicSlice",
  "jax.lax.dynamic_update_index_in_dim": "dynamicUpdateSlice",
  "jax.lax.dynamic_update_slice_in_dim": "dynamicUpdateSlice",
  "jax.lax.eq": "equal",
  "jax.lax.fori_loop": "forLoop",
  "jax.lax.ge": "greaterEqual",
  "jax.lax.gt": "greater",
  "jax.lax.index_in_dim": "index",
  "jax.lax.index_take": "take",
  "jax.lax.le": "lessEqual",
  "jax.lax.logistic": "sigmoid",
  "jax.lax.lt": "less",
  "jax.lax.ne": "notEqual",
  "jax.lax.optimization_barrier": "fence",
  "jax.lax.reduce_and": "all",
  "jax.lax.reduce_max": "max",
  "jax.lax.reduce_min": "min",
  "jax.lax.reduce_or": "any",
  "jax.lax.reduce_prod": "prod",
  "jax.lax.reduce_sum": "sum",
  "jax.lax.rev": "flip",
  "jax.lax.scatter_add": "scatter",
  "jax.lax.scatter_max": "scatter",
  "jax.lax.scatter_min": "scatter",
  "jax.lax.scatter_mul": "scatter",
  "jax.lax.select_n": "where",
  "jax.lax.shift_left": "leftShift",
  "jax.lax.shift_right_arithmetic": "rightShift",
  "jax.lax.shift_right_logical": "rightShiftLogical",
  "jax.lax.slice_in_dim": "slice",
  "jax.lax.sort_key_val": "sortTogether",
  "jax.lax.switch": "switchCase",
  "jax.lax.top_k": "topK",
  "jax.nn.dot_product_attention": "attention",
  "jax.nn.hard_silu": "hardSilu",
  "jax.nn.hard_swish": "hardSilu",
  "jax.nn.log1mexp": "log1mExp",
  "jax.nn.logmeanexp": "logMeanExp",
  "jax.nn.logsumexp": "logSumExp",
  "jax.nn.standardize": "layerNorm",
  "jax.nn.swish": "silu",
  "jax.random.bits": "randomBits",
  "jax.random.chisquare": "chiSquare",
  "jax.random.f": "fisherF",
  "jax.random.loggamma": "logGamma",
  "jax.random.lognormal": "logNormal",
  "jax.random.split": "splitKey",
  "jax.random.t": "studentT",
  "optax.clip": "clip",
  "optax.adam": "adam",
  "optax.huber_loss": "huberLoss",
  "optax.kl_divergence": "klDivergence",
  "optax.sigmoid_binary_cross_entropy": "bceWithLogits",
  "optax.softmax_cross_entropy_with_integer_labels": "crossEntropy",
  "optax.l2_loss": "mseLoss",
  "optax.squared_error": "mseLoss",
  "optax.partition": "groups",
  "optax.multi_transform": "groups",
  "optax.scale_by_schedule": "scale",
  "optax.scale_by_learning_rate": "scale",
  "optax.exponential_decay": "exponentialDecaySchedule",
  "optax.warmup_cosine_decay_schedule": "warmupCosineSchedule",
  "optax.warmup_exponential_decay_schedule": "warmupExponentialSchedule",
};

const INTRODUCTION =
  "What exists here for the names of JAX and Optax. `deno task names` makes this " +
  "page from what the modules export: a name stands here because it can be imported. Complex " +
  "numbers, devices in the plural and files are left out.";

/** The text of docs/names.md. */
export function namesPage(): string {
  const sections = Object.entries(jax).map(([module, names]) => section(module, names));
  return [
    "# Names beside JAX's",
    "",
    ...wrapped(INTRODUCTION),
    "",
    ...sections.flat(),
  ].join("\n");
}

function section(module: string, names: readonly string[]): string[] {
  const found = names.map((name) => [name, ours(module, name)] as const);
  const rows = found.flatMap(([name, own]) => own ? [[`\`${name}\``, own] as const] : []);
  const missing = found.flatMap(([name, own]) => own ? [] : [`\`${name}\``]);
  return [
    `## ${module}: ${rows.length} of ${names.length}`,
    "",
    ...table([module, "here"], rows),
    "",
    ...(missing.length > 0 ? [...wrapped(`Not here: ${missing.join(", ")}.`), ""] : []),
  ];
}

/** Our name and where it is imported from, null if there is none. */
function ours(module: string, name: string): string | null {
  const prefix = module === "jax.tree" ? `tree_${name}` : name;
  const own = OTHERWISE[`${module}.${name}`] ?? camelCase(prefix);
  const places = PLACES[module] ?? [];
  for (const place of places) {
    if (typeof ROOMS[place]?.[own] !== "function") continue;
    return place === places[0] ? `\`${own}\`` : `\`${own}\` (${place})`;
  }
  return null;
}

function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** A table whose columns are as wide as their widest cell, as `deno fmt` wants it. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((cell, i) => Math.max(cell.length, ...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 100) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

if (import.meta.main) {
  await Deno.writeTextFile(new URL("../docs/names.md", import.meta.url), namesPage());
}
