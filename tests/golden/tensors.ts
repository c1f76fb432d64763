import type { Tensor } from "../../mod.ts";
import { openSafetensors } from "../../hub/mod.ts";

/** The tensors of a golden file, by key. */
export type TensorFile = { readonly get: (key: string) => Tensor; readonly names: Set<string> };

/** Reads a whole golden file; each `get` is a handle of its own. */
export async function openTensors(path: string): Promise<TensorFile> {
  const file = await openSafetensors(path);
  const values = new Map<string, Tensor | Error>();
  for (const name of file.names) {
    try {
      values.set(name, await file.tensor(name));
    } catch (error) {
      // A case with a dtype that is none here fails by name.
      values.set(name, error as Error);
    }
  }
  file.close();
  return {
    names: new Set(file.names),
    get: (key) => {
      const value = values.get(key);
      if (value === undefined) throw new RangeError(`Cannot read "${key}": ${path} has it not`);
      if (value instanceof Error) throw value;
      return value;
    },
  };
}
