import { type Tensor, type Tree, treeEntries, TreeError } from "../core/mod.ts";
import { formatAval } from "../core/internal.ts";

/** How far numbers may be apart: |actual - expected| <= atol + rtol · |expected|. */
export type Tolerance = {
  /** Default 1e-5. */
  readonly rtol?: number;
  /** Default 1e-6. */
  readonly atol?: number;
};

/**
 * Fails unless two trees have the same paths, shapes, dtypes and, within a tolerance, elements.
 * NaN equals NaN, and infinities equal themselves.
 *
 * @throws {Error} that names the leaf, the element, both values and the tolerance
 * @throws {TreeError} if the trees differ in structure
 */
export async function assertClose(
  actual: Tree,
  expected: Tree,
  tolerance: Tolerance = {},
): Promise<void> {
  const [found, wanted] = [treeEntries(actual), treeEntries(expected)];
  const paths = (entries: typeof found): string => entries.map(([path]) => path).join(", ");
  if (paths(found) !== paths(wanted)) {
    throw new TreeError(
      `Cannot compare trees: one has the leaves [${paths(found)}], the other [${paths(wanted)}]`,
      "",
    );
  }
  for (const [i, [path, x]] of found.entries()) await compare(path, x, wanted[i]![1], tolerance);
}

async function compare(
  path: string,
  actual: Tensor,
  expected: Tensor,
  { rtol = 1e-5, atol = 1e-6 }: Tolerance,
): Promise<void> {
  const name = path === "" ? "The tensor" : `"${path}"`;
  const types = [actual, expected].map((x) => formatAval(x.aval));
  if (types[0] !== types[1]) throw new Error(`${name} is ${types[0]}, not ${types[1]}`);
  const [a, b] = await Promise.all([actual.data(), expected.data()]);
  let worst = -1;
  let excess = 0;
  for (let i = 0; i < a.length; i++) {
    if (Object.is(a[i], b[i]) || a[i] === b[i]) continue;
    const over = Math.abs(a[i]! - b[i]!) / (atol + rtol * Math.abs(b[i]!));
    if (over <= 1 || over <= excess) continue;
    [worst, excess] = [i, Number.isNaN(over) ? Infinity : over];
  }
  if (worst < 0) return;
  throw new Error(
    `${name} ${types[0]} differs at element ${worst}: ${a[worst]} is not ${b[worst]} ` +
      `within ${atol} + ${rtol} · |expected|`,
  );
}
