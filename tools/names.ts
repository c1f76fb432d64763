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
  "jax.lax": ["graft"],
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
  "jax.numpy.amax": "max",
  "jax.numpy.amin": "min",
  "jax.numpy.arccos": "acos",
  "jax.numpy.arccosh": "acosh",
  "jax.numpy.arcsin": "asin",
  "jax.numpy.arcsinh": "asinh",
  "jax.numpy.arctan": "atan",
  "jax.numpy.arctan2": "atan2",
  "jax.numpy.arctanh": "atanh",
  "jax.numpy.array": "tensor",
  "jax.numpy.asarray": "tensor",
  "jax.numpy.astype": "convert",
  "jax.numpy.bitwise_count": "populationCount",
  "jax.numpy.bitwise_invert": "bitwiseNot",
  "jax.numpy.bitwise_left_shift": "leftShift",
  "jax.numpy.bitwise_right_shift": "rightShift",
  "jax.numpy.clip": "clamp",
  "jax.numpy.concat": "concatenate",
  "jax.numpy.cumulative_prod": "cumprod",
  "jax.numpy.cumulative_sum": "cumsum",
  "jax.numpy.divide": "div",
  "jax.numpy.identity": "eye",
  "jax.numpy.invert": "bitwiseNot",
  "jax.numpy.isfinite": "isFinite",
  "jax.numpy.isinf": "isInf",
  "jax.numpy.isnan": "isNan",
  "jax.numpy.logaddexp": "logAddExp",
  "jax.numpy.matrix_transpose": "matrixTranspose",
  "jax.numpy.moveaxis": "moveAxis",
  "jax.numpy.multiply": "mul",
  "jax.numpy.negative": "neg",
  "jax.numpy.nextafter": "nextAfter",
  "jax.numpy.permute_dims": "transpose",
  "jax.numpy.power": "pow",
  "jax.numpy.right_shift": "rightShift",
  "jax.numpy.searchsorted": "searchSorted",
  "jax.numpy.std": "std",
  "jax.numpy.subtract": "sub",
  "jax.numpy.swapaxes": "swapAxes",
  "jax.numpy.trace": "traceOf",
  "jax.numpy.true_divide": "div",
  "jax.numpy.var": "variance",
  "jax.lax.batch_matmul": "matmul",
  "jax.lax.broadcasted_iota": "iota",
  "jax.lax.clz": "countLeadingZeros",
  "jax.lax.conv": "convGeneral",
  "jax.lax.conv_general_dilated": "convGeneral",
  "jax.lax.conv_general_dilated_patches": "windows",
  "jax.lax.conv_with_general_padding": "convGeneral",
  "jax.lax.convert_element_type": "convert",
  "jax.lax.cumlogsumexp": "cumlogsumexp",
  "jax.lax.eq": "equal",
  "jax.lax.fori_loop": "forLoop",
  "jax.lax.ge": "greaterEqual",
  "jax.lax.gt": "greater",
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
  "jax.lax.select_n": "where",
  "jax.lax.shift_left": "leftShift",
  "jax.lax.shift_right_arithmetic": "rightShift",
  "jax.lax.shift_right_logical": "rightShiftLogical",
  "jax.lax.top_k": "topK",
  "jax.nn.dot_product_attention": "attention",
  "jax.nn.hard_swish": "hardSwish",
  "jax.nn.logsumexp": "logSumExp",
  "jax.nn.swish": "silu",
  "jax.random.bits": "randomBits",
  "jax.random.split": "splitKey",
  "optax.clip": "clip",
  "optax.adam": "adam",
  "optax.huber_loss": "huberLoss",
  "optax.kl_divergence": "klDivergence",
  "optax.sigmoid_binary_cross_entropy": "bceWithLogits",
  "optax.softmax_cross_entropy_with_integer_labels": "crossEntropy",
  "optax.l2_loss": "mseLoss",
  "optax.squared_error": "mseLoss",
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
