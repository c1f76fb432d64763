import { type Aval, isFloat } from "../../core/mod.ts";
import { range, sameShape } from "../../core/internal.ts";
import { type Builder, emit } from "./emit_node.ts";
import type { Node, NodeParams } from "./node.ts";
import { paramsOf } from "./node.ts";
import { outerProduct } from "./outer_product.ts";
import { addPads, padAxes } from "./pads.ts";
import { vectorProduct } from "./vector_product.ts";

/** An application that may be simpler than it looks. */
export type Application = {
  readonly op: string;
  readonly params: NodeParams;
  readonly inputs: readonly number[];
  readonly aval: Aval;
};

/** A node that has the same bits as the application and costs less, or -1. */
export function simplify(b: Builder, application: Application): number {
  const { op, params, inputs, aval } = application;
  const x = inputs.length > 0 ? b.nodes[inputs[0]!]! : undefined;
  if (!x) return -1;
  const y = inputs.length > 1 ? b.nodes[inputs[1]!]! : x;
  switch (op) {
    case "mul":
      return isNumber(y, 1) ? x.id : isNumber(x, 1) ? y.id : -1;
    case "div":
      return isNumber(y, 1) ? x.id : -1;
    case "sub": // x - 0 keeps -0
      return isNumber(y, 0) ? x.id : -1;
    case "add": {
      const zero = isFloat(aval.dtype) ? -0 : 0; // -0 + 0 is 0
      if (isNumber(y, zero)) return x.id;
      return isNumber(x, zero) ? y.id : addPads(b, x, y, aval);
    }
    case "select":
      return x.kind === "constant" ? inputs[x.value ? 1 : 2]! : -1;
    case "convert_element_type":
      return x.dtype === aval.dtype ? x.id : -1;
    case "pad":
      return padAxes(b, x, params, aval);
    case "dot_general":
      return productOf(b, x, y, params, aval);
    case "reduce_sum":
    case "reduce_max":
    case "reduce_min":
    case "reduce_prod":
      return reduction(b, application, x);
    default:
      return view(b, application, x);
  }
}

/** A product of one term, or of a vector, is no product to the machine. */
function productOf(b: Builder, x: Node, y: Node, params: NodeParams, aval: Aval): number {
  const outer = outerProduct(b, x, y, params, aval);
  return outer >= 0 ? outer : vectorProduct(b, x, y, params, aval);
}

function isNumber(node: Node, value: number): boolean {
  return node.kind === "constant" && Object.is(node.value, value);
}

/** Views of views are one view; those that move nothing are none. */
function view(b: Builder, { op, params, aval }: Application, x: Node): number {
  switch (op) {
    case "reshape":
      if (sameShape(x.shape, aval.shape)) return x.id;
      if (x.op !== "reshape") return -1;
      return reshapeNode(b, x.inputs[0]!, aval);
    case "broadcast_in_dim": {
      if (sameShape(x.shape, aval.shape)) return x.id;
      if (x.op !== "broadcast_in_dim") return -1;
      const dims = paramsOf(x).dims.map((d) => params.dims[d]!);
      const through = { shape: aval.shape, dims };
      return emit(b, { kind: "view", op, params: through, inputs: x.inputs, aval });
    }
    case "transpose":
      return transposeNode(b, x, params.perm, aval);
    default:
      return -1;
  }
}

function reshapeNode(b: Builder, x: number, aval: Aval): number {
  const from = b.nodes[x]!;
  if (sameShape(from.shape, aval.shape)) return x;
  const params = { shape: aval.shape };
  return emit(b, { kind: "view", op: "reshape", params, inputs: [x], aval });
}

function transposeNode(b: Builder, x: Node, perm: readonly number[], aval: Aval): number {
  if (perm.every((p, i) => p === i)) return x.id;
  if (x.op === "transpose") {
    const composed = perm.map((p) => paramsOf(x).perm[p]!);
    return transposeNode(b, b.nodes[x.inputs[0]!]!, composed, aval);
  }
  if (x.kind === "product" && exchanges(b, x, perm)) {
    const { contract, batch } = paramsOf(x);
    const params = {
      contract: [contract[1], contract[0]],
      batch: [batch[1], batch[0]],
    };
    const inputs = [x.inputs[1]!, x.inputs[0]!];
    return emit(b, { kind: "product", op: "dot_general", params, inputs, aval });
  }
  const params = { perm };
  return emit(b, { kind: "view", op: "transpose", params, inputs: [x.id], aval });
}

/** Whether `perm` puts the right free axes of a product before the left ones. */
function exchanges(b: Builder, product: Node, perm: readonly number[]): boolean {
  const { contract, batch } = paramsOf(product);
  const shared = batch[0].length;
  const right = b.nodes[product.inputs[1]!]!.shape.length - contract[1].length - shared;
  const left = perm.length - shared - right;
  return perm.every((p, i) => p === (i < shared ? i : i < shared + right ? i + left : i - right));
}

/** A reduction that is neither over the last nor over the first axes reads a transposed operand. */
function reduction(b: Builder, { op, params, aval }: Application, x: Node): number {
  const { axes } = params;
  if (axes.length === 0) return x.id;
  const rank = x.shape.length;
  const last = axes.every((axis, i) => axis === rank - axes.length + i);
  if (last || axes.every((axis, i) => axis === i)) return -1;
  const perm = [...range(rank).filter((i) => !axes.includes(i)), ...axes];
  const shape = perm.map((i) => x.shape[i]!);
  const moved = transposeNode(b, x, perm, { shape, dtype: x.dtype });
  const trailing = { axes: axes.map((_, i) => rank - axes.length + i) };
  return emit(b, { kind: "reduce", op, params: trailing, inputs: [moved], aval });
}
