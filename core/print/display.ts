import { isFloat } from "../dtype.ts";
import { Graph } from "../graph.ts";
import { formatShape } from "../shape.ts";
import type { Tree } from "../structured.ts";
import { isTensor, Tensor } from "../tensor.ts";
import { treeEntries } from "../tree.ts";
import { heatmap, image, type Pixels } from "./picture.ts";
import { pngUrl } from "./png.ts";
import { deviceOf, format, formatScalar } from "./print.ts";

/** What a notebook shows, by media type. */
export type MediaBundle = { readonly [type: string]: string };

/** A value that a notebook knows how to show. */
export type Displayable = { readonly [display: symbol]: () => Promise<MediaBundle> };

/** The method that `deno jupyter` calls on the last value of a cell. */
const DISPLAY = Symbol.for("Jupyter.display");

/** Sides up to which a matrix is a table, and up to which it is a picture. */
const TABLE_SIDE = 12;
const PICTURE_SIDE = 1024;
/** Pixels that a picture is enlarged to, at least. */
const PICTURE_SIZE = 192;

/**
 * Text and HTML of a value for a notebook: a table for a small matrix, a picture for a large one or
 * for an image [1 or 3, H, W], a table of leaves for a tree, the operations of a Graph. Tensors and
 * Graphs that end a cell are shown like this by themselves.
 *
 * @param x a tensor, a tree of tensors, or a Graph
 * @returns media by type: text/plain and text/html
 */
export async function media(x: Tree | Graph): Promise<MediaBundle> {
  const text = await format(x);
  const html = x instanceof Graph
    ? preformatted(text)
    : isTensor(x)
    ? await tensorHtml(x, text)
    : await treeHtml(x);
  return { "text/plain": text, "text/html": html };
}

/**
 * A tree as a value that a notebook shows as a table of its leaves: end a cell with
 * `display(params)`.
 */
export function display(tree: Tree): Displayable {
  return { [DISPLAY]: () => media(tree) };
}

for (const prototype of [Tensor.prototype, Graph.prototype]) {
  Object.defineProperty(prototype, DISPLAY, {
    value(this: Tensor | Graph): Promise<MediaBundle> {
      return media(this);
    },
  });
}

async function tensorHtml(x: Tensor, text: string): Promise<string> {
  const [first = 0, second = 0] = x.shape;
  const title = `<div>${escape(`${x}${deviceOf(x) ? ` on ${deviceOf(x)}` : ""}`)}</div>`;
  if (x.shape.length === 2 && first > 0 && first <= TABLE_SIDE && second <= TABLE_SIDE) {
    const rows = text.split("\n").slice(1).map((row) =>
      row.replaceAll(/[[\]\s]/g, "").split(",").filter((cell) => cell !== "")
    );
    return title + table(rows);
  }
  const pixels = await pictureOf(x);
  return pixels ? title + await picture(pixels) : preformatted(text);
}

/** A picture of a matrix or of an image, null for what is neither. */
async function pictureOf(x: Tensor): Promise<Pixels | null> {
  const [channels, height, width] = x.shape.length === 2 ? [0, ...x.shape] : x.shape;
  const fits = [height, width].every((side) => side! >= 2 && side! <= PICTURE_SIDE);
  if (!fits || (x.shape.length !== 2 && x.shape.length !== 3)) return null;
  if (channels === 0) return heatmap(await x.data(), height!, width!);
  if (channels !== 1 && channels !== 3) return null;
  return image(await x.data(), [channels, height!, width!], isFloat(x.dtype) ? 255 : 1);
}

async function picture(pixels: Pixels): Promise<string> {
  const scale = Math.max(1, Math.round(PICTURE_SIZE / Math.max(pixels.width, pixels.height)));
  return `<img src="${await pngUrl(pixels)}" width="${scale * pixels.width}" ` +
    `height="${scale * pixels.height}" style="image-rendering: pixelated">`;
}

async function treeHtml(tree: Tree): Promise<string> {
  const rows = treeEntries(tree).map(async ([path, leaf]) => [
    path,
    leaf.dtype,
    formatShape(leaf.shape),
    deviceOf(leaf) ?? "",
    leaf.shape.length === 0 ? await formatScalar(leaf) : "",
  ]);
  return table(await Promise.all(rows), ["path", "dtype", "shape", "device", "value"]);
}

function table(rows: readonly (readonly string[])[], head?: readonly string[]): string {
  const line = (cells: readonly string[], tag: "td" | "th"): string =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join("")}</tr>`;
  const header = head ? line(head, "th") : "";
  return `<table>${header}${rows.map((row) => line(row, "td")).join("")}</table>`;
}

function preformatted(text: string): string {
  return `<pre>${escape(text)}</pre>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
