import { weightShape } from "../core/mod.ts";
import type { Module } from "./layout.ts";

/** Inputs and outputs of a matrix module. */
export function sidesOf(module: Module): readonly [inputs: number, outputs: number] {
  const [first, second] = weightShape(module.weight) as readonly [number, number];
  return module.layout === "conv1d" ? [first, second] : [second, first];
}

/** The most inputs and the most outputs of some modules, each by itself. */
export function largestSides(
  modules: readonly Module[],
): readonly [inputs: number, outputs: number] {
  const sides = modules.map(sidesOf);
  return [
    Math.max(...sides.map(([inputs]) => inputs)),
    Math.max(...sides.map(([, outputs]) => outputs)),
  ];
}
