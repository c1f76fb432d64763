import { printAsText } from "./inspect.ts";
import type { AnyPrimitive } from "./primitive.ts";
import { type Aval, formatAval } from "./shape.ts";

/** One application in a Graph; its results are the values `out`, `out + 1`, ... `out + count - 1`. */
export type GraphNode = {
  readonly primitive: AnyPrimitive;
  readonly params: unknown;
  readonly signature: number;
  readonly inputs: readonly number[];
  readonly out: number;
  readonly count: number;
};

/**
 * A program as flat data. Values are numbered: the inputs first, then the results of every node in
 * order. Nothing in it refers to tensors, so it can be kept, compared and transformed.
 */
export class Graph {
  /** Number of inputs: the values 0 to inputs - 1. */
  readonly inputs: number;
  /** In an order in which they can be computed. */
  readonly nodes: readonly GraphNode[];
  /** Values that are returned. */
  readonly outputs: readonly number[];
  /** Type of every value. */
  readonly avals: readonly Aval[];
  /** Non-zero once interned. @internal */
  id = 0;
  /** @internal */
  key: Int32Array | null = null;
  /** @internal */
  hash = 0;
  /** What was derived from this Graph: its transforms and programs. @internal */
  readonly memos: Map<string, unknown> = new Map();

  /** A Graph of `inputs` inputs; `avals` has the type of every value. */
  constructor(
    inputs: number,
    nodes: readonly GraphNode[],
    outputs: readonly number[],
    avals: readonly Aval[],
  ) {
    this.inputs = inputs;
    this.nodes = nodes;
    this.outputs = outputs;
    this.avals = avals;
  }

  /** One line for the inputs, one a node, one for the outputs. */
  toString(): string {
    const typed = (v: number): string => `%${v}: ${formatAval(this.avals[v]!)}`;
    const several = (first: number, count: number): string =>
      Array.from({ length: count }, (_, i) => typed(first + i)).join(", ");
    const lines = this.nodes.map((node) => {
      const operands = node.inputs.map((v) => `%${v}`).join(", ");
      return `  ${several(node.out, node.count)} = ${node.primitive.name}` +
        `${formatParams(node.params)}(${operands})`;
    });
    const outputs = this.outputs.map((v) => `%${v}`).join(", ");
    return [`graph(${several(0, this.inputs)}) {`, ...lines, `  return ${outputs}`, "}"].join("\n");
  }
}

printAsText(Graph.prototype);

function formatParams(params: unknown): string {
  if (params === null || params === undefined) return "";
  const parts = Object.entries(params as Record<string, unknown>).map(([name, value]) => {
    if (value instanceof Graph) return `${name}=graph#${value.nodes.length}`;
    return `${name}=${typeof value === "number" ? String(value) : JSON.stringify(value)}`;
  });
  return parts.length === 0 ? "" : `[${parts.join(" ")}]`;
}
