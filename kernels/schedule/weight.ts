import { type Node, paramsOf } from "./node.ts";

const DEAR = new Set([
  "exp",
  "exp2",
  "expm1",
  "log",
  "log1p",
  "log2",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "atan2",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
  "erf_inv",
  "lgamma",
  "digamma",
  "logistic",
  "pow",
  "rem",
  "cbrt",
  "polygamma",
]);

/** Operations of one random word. */
const RANDOM_WEIGHT = 110;

/** Cost of one element of a node: 1 for an arithmetic operation, 12 for a transcendental one. */
export function weightOf(node: Node): number {
  if (node.kind === "random") return RANDOM_WEIGHT;
  if (node.kind !== "elementwise") return 0;
  if (DEAR.has(node.op)) return 12;
  return node.op === "integer_pow" ? Math.min(12, 1 + Math.abs(paramsOf(node).n)) : 1;
}
