import { foldIn, type Tensor } from "../core/mod.ts";

/** The key of the module `path`: the same whichever other modules there are. */
export function foldInPath(key: Tensor, path: string): Tensor {
  let hash = 0x811c9dc5; // FNV-1a
  for (let i = 0; i < path.length; i++) {
    hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193) >>> 0;
  }
  return foldIn(key, hash);
}
