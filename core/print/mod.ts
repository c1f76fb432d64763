/** Tensors, trees and Graphs for people: as text, and in notebooks. */
export { display, type Displayable, media, type MediaBundle } from "./display.ts";
export type { ArrayFormat } from "./format.ts";
export type { NumberFormat } from "./numbers.ts";
export { format, print } from "./print.ts";
