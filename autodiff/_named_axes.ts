/** Axes that have a name while a function is traced or batched over them, the innermost last. */

type NamedAxis = { readonly name: string; readonly size: number };

const traced: NamedAxis[] = [];
const batching: (string | undefined)[] = [];

/** Traces a function of rows; their axis has a name meanwhile. */
export function tracingOver<T>(name: string | undefined, size: number, f: () => T): T {
  if (name === undefined) return f();
  traced.push({ name, size });
  try {
    return f();
  } finally {
    traced.pop();
  }
}

/** The size of the axis of a name. */
export function namedSize(name: string, verb: string): number {
  const axis = traced.findLast((axis) => axis.name === name);
  if (axis) return axis.size;
  const known = traced.length === 0
    ? "no axis has a name here"
    : `the named axes are ${traced.map((axis) => `"${axis.name}"`).join(", ")}`;
  throw new RangeError(
    `Cannot ${verb} over the axis "${name}": ${known}; call it in a function under ` +
      `vmap(f, { axisName: "${name}" })`,
  );
}

/** Batches Graphs, those inside of their nodes too, over the axis of a name. */
export function batchingOver<T>(name: string | undefined, f: () => T): T {
  batching.push(name);
  try {
    return f();
  } finally {
    batching.pop();
  }
}

/** The name of the axis that Graphs are batched over, if it has one. */
export function batchedName(): string | undefined {
  return batching.at(-1);
}
