import { promoteTypes } from "../dtype.ts";
import { ShapeError } from "../errors.ts";
import { sumAxes } from "../primitives/broadcast_sum.ts";
import { convert } from "../primitives/convert.ts";
import { dotGeneral } from "../primitives/dot_general.ts";
import { transpose } from "../primitives/transpose.ts";
import { formatShape, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { diagonal } from "./diagonal.ts";
import { squeeze } from "./expand_dims.ts";
import { parseSpec } from "./_einsum_spec.ts";

/** A tensor with the name of each of its axes. */
type Named = { readonly x: Tensor; readonly labels: readonly string[] };

/**
 * Sum of products by Einstein's convention, as in NumPy: axes with one name run together, names
 * missing after the arrow are summed. "..." stands for leading axes that broadcast; without an arrow
 * the result has the names that occur once, in alphabetical order.
 *
 * @param spec such as "bqhd,bkhd->bhqk"
 * @param xs one tensor for each part before the arrow; promoted to one dtype
 * @throws {ShapeError} if the names do not fit the ranks or sides
 * @example A matrix product
 * ```ts
 * import { einsum, tensor } from "../mod.ts";
 * const z = einsum("ij,jk->ik", tensor([[1, 2]]), tensor([[3], [4]]));
 * if (z.shape.join() !== "1,1") throw new Error("unexpected shape");
 * ```
 */
export function einsum(spec: string, ...xs: readonly Tensor[]): Tensor {
  const { inputs, output } = parseSpec(spec, xs);
  const dtype = xs.map((x) => x.dtype).reduce(promoteTypes);
  const sides = sidesOf(spec, xs, inputs);
  const operands = xs.map((x, i) => fit({ x: convert(x, dtype), labels: inputs[i]! }, sides));
  while (operands.length > 1) {
    const [i, j] = cheapestPair(operands, output, sides);
    const [b] = operands.splice(j, 1);
    const [a] = operands.splice(i, 1);
    operands.push(product(a!, b!, neededBy(operands, output)));
  }
  const { x, labels } = sumOut(operands[0]!, new Set(output));
  return transpose(x, output.map((label) => labels.indexOf(label)));
}

/** The side of every name; 1 stretches to what another operand has. */
function sidesOf(
  spec: string,
  xs: readonly Tensor[],
  inputs: readonly (readonly string[])[],
): Map<string, number> {
  const sides = new Map<string, number>();
  inputs.forEach((labels, k) =>
    labels.forEach((label, i) => {
      const [known, side] = [sides.get(label) ?? 1, xs[k]!.shape[i]!];
      if (known !== 1 && side !== 1 && known !== side) {
        throw new ShapeError(
          `Cannot einsum "${spec}" of ${xs.map((x) => formatShape(x.shape)).join(" and ")}: ` +
            `axis "${label}" has sides ${known} and ${side}`,
          "einsum",
          xs.map((x) => x.shape),
        );
      }
      sides.set(label, known === 1 ? side : known);
    })
  );
  return sides;
}

/** Takes diagonals of repeated names, and drops axes of side 1 that others stretch. */
function fit({ x, labels }: Named, sides: ReadonlyMap<string, number>): Named {
  const again = labels.findIndex((label, i) => labels.indexOf(label) < i);
  if (again >= 0) {
    const axis1 = labels.indexOf(labels[again]!);
    const rest = labels.filter((_, i) => i !== axis1 && i !== again);
    const line = diagonal(x, { axis1, axis2: again });
    return fit({ x: line, labels: [...rest, labels[again]!] }, sides);
  }
  const thin = labels.flatMap((label, i) => x.shape[i] === 1 && sides.get(label) !== 1 ? [i] : []);
  if (thin.length === 0) return { x, labels };
  return { x: squeeze(x, { axes: thin }), labels: labels.filter((_, i) => !thin.includes(i)) };
}

function neededBy(operands: readonly Named[], output: readonly string[]): Set<string> {
  return new Set([...output, ...operands.flatMap(({ labels }) => labels)]);
}

/** The pair whose product is the smallest. */
function cheapestPair(
  operands: readonly Named[],
  output: readonly string[],
  sides: ReadonlyMap<string, number>,
): readonly [number, number] {
  let best: readonly [number, number] = [0, 1];
  let least = Infinity;
  if (operands.length === 2) return best;
  operands.forEach((a, i) =>
    operands.slice(i + 1).forEach((b, k) => {
      const j = i + 1 + k;
      const needed = neededBy(operands.filter((_, o) => o !== i && o !== j), output);
      const kept = [...new Set([...a.labels, ...b.labels])].filter((label) => needed.has(label));
      const size = sizeOf(kept.map((label) => sides.get(label)!));
      if (size < least) [best, least] = [[i, j], size];
    })
  );
  return best;
}

function product(left: Named, right: Named, needed: ReadonlySet<string>): Named {
  const a = sumOut(left, new Set([...needed, ...right.labels]));
  const b = sumOut(right, new Set([...needed, ...left.labels]));
  const shared = a.labels.filter((label) => b.labels.includes(label));
  const batch = shared.filter((label) => needed.has(label));
  const contract = shared.filter((label) => !needed.has(label));
  const axes = ({ labels }: Named, names: readonly string[]): number[] =>
    names.map((name) => labels.indexOf(name));
  const x = dotGeneral(a.x, b.x, {
    contract: [axes(a, contract), axes(b, contract)],
    batch: [axes(a, batch), axes(b, batch)],
  });
  const free = (labels: readonly string[]): string[] =>
    labels.filter((label) => !shared.includes(label));
  return { x, labels: [...batch, ...free(a.labels), ...free(b.labels)] };
}

/** Sums over the axes whose names nobody needs. */
function sumOut({ x, labels }: Named, needed: ReadonlySet<string>): Named {
  const axes = labels.flatMap((label, i) => needed.has(label) ? [] : [i]);
  return { x: sumAxes(x, axes), labels: labels.filter((label) => needed.has(label)) };
}
