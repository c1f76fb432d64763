import { UsageError } from "./errors.ts";

/**
 * Refuses to write into the folder of something that is read: it is not to be lost, and a folder
 * that holds both a model and an adapter is read in more than one way.
 *
 * @param what what `folder` is, such as "model"
 * @param does what would be done, such as "merge"
 */
export async function refuseSameFolder(
  { folder, out }: { readonly folder: string; readonly out: string },
  { what, does }: { readonly what: string; readonly does: string },
): Promise<void> {
  const real = (path: string): Promise<string | null> => Deno.realPath(path).catch(() => null);
  const found = await real(out);
  if (found === null || await real(folder) !== found) return;
  throw new UsageError(
    `Cannot ${does} into "${out}": it is the folder of the ${what}; use another`,
  );
}
