import { ShapeError } from "../errors.ts";
import { formatShape, range } from "../shape.ts";
import type { Tensor } from "../tensor.ts";

/** The names of the axes of every operand and of the result. */
export type EinsumSpec = {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
};

/** Reads an einsum text. Axes under "..." get the names "~0", "~1", ... counted from the right. */
export function parseSpec(spec: string, xs: readonly Tensor[]): EinsumSpec {
  const [left = "", right] = spec.replaceAll(" ", "").split("->");
  const parts = left.split(",");
  if (parts.length !== xs.length) {
    refuse(spec, xs, `it names ${parts.length} operands; give as many tensors`);
  }
  const inputs = parts.map((part, i) => {
    const named = part.replace("...", "").length;
    const dots = part.includes("...") ? xs[i]!.shape.length - named : 0;
    if (named + dots !== xs[i]!.shape.length || dots < 0) {
      refuse(spec, xs, `"${part}" does not name the ${xs[i]!.shape.length} axes of its operand`);
    }
    return labelsOf(part, dots);
  });
  const all = inputs.flat();
  const widest = Math.max(0, ...inputs.map((labels) => labels.filter(isHidden).length));
  if (right === undefined) {
    const once = all.filter((label) => !isHidden(label) && countOf(all, label) === 1).sort();
    return { inputs, output: [...hidden(widest), ...once] };
  }
  const output = labelsOf(right, widest);
  const odd = output.find((label) => !all.includes(label) || countOf(output, label) > 1);
  if (odd !== undefined) {
    refuse(spec, xs, `the result's axis "${odd}" must be in the operands, once`);
  }
  return { inputs, output };
}

function labelsOf(part: string, dots: number): string[] {
  const [before = "", after = ""] = part.split("...");
  return part.includes("...") ? [...before, ...hidden(dots), ...after] : [...before];
}

function hidden(count: number): string[] {
  return range(count).map((i) => `~${count - 1 - i}`);
}

function isHidden(label: string): boolean {
  return label.startsWith("~");
}

function countOf(labels: readonly string[], label: string): number {
  return labels.filter((other) => other === label).length;
}

function refuse(spec: string, xs: readonly Tensor[], why: string): never {
  throw new ShapeError(
    `Cannot einsum "${spec}" of ${xs.map((x) => formatShape(x.shape)).join(" and ")}: ${why}`,
    "einsum",
    xs.map((x) => x.shape),
  );
}
