import { Graph } from "../graph.ts";
import { isTensor, type Tensor } from "../tensor.ts";
import type { Tree } from "../structured.ts";
import { treeEntries } from "../tree.ts";
import { type ArrayFormat, formatArray, formatHeader } from "./format.ts";

/**
 * A tensor as text: dtype, shape and device, then its elements as NumPy writes them; a tree as one
 * such line a leaf, under its path; a Graph as its operations. Evaluates what has not been.
 *
 * @param x a tensor, a tree of tensors, or a Graph
 * @param format digits after the point, and how much of a large tensor is shown
 */
export async function format(x: Tree | Graph, format: ArrayFormat = {}): Promise<string> {
  if (x instanceof Graph) return String(x);
  if (isTensor(x)) return await formatTensor(x, format);
  const lines = treeEntries(x).map(async ([path, leaf]) => {
    const text = `${path}: ${formatHeader(leaf.aval, deviceOf(leaf))}`;
    return leaf.shape.length === 0 ? `${text} ${await formatScalar(leaf, format)}` : text;
  });
  return (await Promise.all(lines)).join("\n");
}

/**
 * Writes `format(x)` to the console.
 *
 * @example
 * ```ts
 * import { print, tensor } from "../../mod.ts";
 *
 * await print(tensor([[1, 2.5], [-3, 4]])); // f32[2, 2] on cpu, then the rows
 * ```
 */
export async function print(x: Tree | Graph, options: ArrayFormat = {}): Promise<void> {
  console.log(await format(x, options));
}

/** The name of the device that holds a computed tensor; null while only the host does. */
export function deviceOf(x: Tensor): string | null {
  return x.source.kind === "data" ? x.source.data.home()?.name ?? null : null;
}

/** The one element of a scalar. */
export async function formatScalar(x: Tensor, format: ArrayFormat = {}): Promise<string> {
  return formatArray(await x.data(), x.aval, format);
}

async function formatTensor(x: Tensor, format: ArrayFormat): Promise<string> {
  const data = await x.data();
  const header = `Tensor ${formatHeader(x.aval, deviceOf(x))}`;
  const values = formatArray(data, x.aval, format);
  return x.shape.length === 0 ? `${header}: ${values}` : `${header}\n${values}`;
}
