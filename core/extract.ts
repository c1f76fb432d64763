import { Graph, type GraphNode } from "./graph.ts";
import type { Aval } from "./shape.ts";
import type { Node, Tensor } from "./tensor.ts";

/** A Graph and the tensors that became inputs of it, after the declared ones. */
export type Extracted = { readonly graph: Graph; readonly captured: readonly Tensor[] };

let epoch = 0;

/** A mark that no tensor or node carries yet. */
export function newEpoch(): number {
  return ++epoch;
}

/**
 * The Graph of `outputs` over `inputs`. Unevaluated nodes born at or after `since` belong to it;
 * everything older, and all data, is captured: it becomes an input after the declared ones.
 *
 * Iterative, because expressions may be a hundred thousand nodes deep.
 */
export function extract(
  inputs: readonly Tensor[],
  outputs: readonly Tensor[],
  since: number,
): Extracted {
  const mark = newEpoch();
  inputs.forEach((x, i) => {
    x.mark = mark;
    x.slot = i;
  });
  const captured: Tensor[] = [];
  const order: Node[] = [];
  const stack: Node[] = [];
  const progress: number[] = [];
  const visit = (x: Tensor, user: Node | null): void => {
    const source = x.source;
    if (source.kind === "lazy" && source.node.id >= since && x.mark !== mark) {
      if (source.node.mark === mark) return;
      source.node.mark = mark;
      stack.push(source.node);
      progress.push(0);
    } else if (x.mark !== mark) {
      refuseUnusable(x, since, user);
      x.mark = mark;
      x.slot = inputs.length + captured.length;
      captured.push(x);
    }
  };
  for (const output of outputs) {
    visit(output, null);
    while (stack.length > 0) {
      const node = stack[stack.length - 1]!;
      const next = progress[progress.length - 1]!++;
      if (next < node.inputs.length) visit(node.inputs[next]!, node);
      else {
        order.push(node);
        stack.pop();
        progress.pop();
      }
    }
  }
  return { graph: number(inputs, captured, order, outputs, mark), captured };
}

/** Numbers the values of nodes in dependence order. */
function number(
  inputs: readonly Tensor[],
  captured: readonly Tensor[],
  order: readonly Node[],
  outputs: readonly Tensor[],
  mark: number,
): Graph {
  const avals: Aval[] = [...inputs, ...captured].map((x) => x.aval);
  const ref = (x: Tensor): number =>
    x.mark === mark || x.source.kind !== "lazy" ? x.slot : x.source.node.base + x.source.index;
  const count = avals.length;
  const nodes: GraphNode[] = [];
  for (const node of order) {
    const out = avals.length;
    node.base = out;
    nodes.push({
      primitive: node.primitive,
      params: node.params,
      signature: node.signature,
      inputs: node.inputs.map(ref),
      out,
      count: node.outputs.length,
    });
    for (const output of node.outputs) avals.push(output.aval);
  }
  return new Graph(count, nodes, outputs.map(ref), avals);
}

function refuseUnusable(x: Tensor, since: number, user: Node | null): void {
  if (x.source.kind === "disposed") {
    throw new TypeError(
      `Cannot evaluate${user ? ` ${user.primitive.name}` : ""}: an operand of shape ` +
        `[${x.shape.join(", ")}] was given up by ${x.source.by} before the expression was ` +
        `computed; evaluate it first`,
    );
  }
  if (x.source.kind === "placeholder" && x.id >= since) {
    throw new TypeError(
      "Cannot use a value of a function being transformed outside of that function; return it",
    );
  }
}
