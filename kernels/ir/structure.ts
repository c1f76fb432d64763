import {
  ACC,
  type Axis,
  type Index,
  type KernelIR,
  type Stage,
  type Store,
  type Value,
} from "./types.ts";

/** Positions along all of the axes. */
export function sizeOfAxes(axes: readonly Axis[]): number {
  return axes.reduce((product, axis) => product * axis.size, 1);
}

/** The dynamic values that an index reads, innermost first. */
export function valuesOfIndex(index: Index): Value[] {
  return index.terms.flatMap(([atom]) => {
    switch (atom.kind) {
      case "axis":
        return [];
      case "dynamic":
        return [atom.value];
      default:
        return valuesOfIndex(atom.index);
    }
  });
}

/** What a value reads directly. */
export function operandsOf(value: Value): readonly Value[] {
  return value.index ? [...value.args, ...valuesOfIndex(value.index)] : value.args;
}

/** Everything that a stage computes at its root. */
export function rootsOf(stage: Stage): Value[] {
  return [
    ...stage.reductions.map((reduction) => reduction.value),
    ...stage.stores.flatMap(rootsOfStore),
  ];
}

/** The value of a store and those of its index. */
export function rootsOfStore(store: Store): Value[] {
  return [...valuesOfIndex(store.index), store.value];
}

/** Everything that a kernel computes at its root, in order. */
export function rootsOfKernel(ir: KernelIR): Value[] {
  return [...ir.stages.flatMap(rootsOf), ...ir.rowStores.flatMap(rootsOfStore)];
}

/** Every value under `roots`, operands first, each once; not `known` ones and what only they need. */
export function postOrder(
  roots: readonly Value[],
  known: ReadonlySet<number> = new Set(),
): Value[] {
  const order: Value[] = [];
  const seen = new Set<number>(known);
  const stack: [value: Value, entered: boolean][] = [];
  for (const root of roots) {
    stack.push([root, false]);
    while (stack.length > 0) {
      const [value, entered] = stack.pop()!;
      if (entered) order.push(value);
      if (entered || seen.has(value.id)) continue;
      seen.add(value.id);
      stack.push([value, true]);
      const operands = operandsOf(value);
      for (let i = operands.length - 1; i >= 0; i--) stack.push([operands[i]!, false]);
    }
  }
  return order;
}

/** The buffer that a value is loaded from. */
export function bufferOf(value: Value): number | undefined {
  return value.op === "acc" ? ACC : value.buffer;
}

/** Buffers of a kernel in order of first use: the order of the function's pointer parameters. */
export function buffersOf(ir: KernelIR): number[] {
  const buffers = new Set<number>();
  for (const value of postOrder(rootsOfKernel(ir))) {
    const buffer = bufferOf(value);
    if (buffer !== undefined) buffers.add(buffer);
  }
  const stores = [...ir.stages.flatMap((stage) => stage.stores), ...ir.rowStores];
  for (const store of stores) buffers.add(store.buffer);
  return [...buffers];
}
