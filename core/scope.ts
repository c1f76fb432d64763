import { backendOf, type DeviceName, type MemoryUse, usedBackends } from "./backend.ts";

import { type Data, deviceData } from "./data.ts";
import { dataOf, materialize, ready } from "./evaluate.ts";
import { heldTensors } from "./held.ts";
import type { Tree } from "./structured.ts";
import { currentId, disposeTensor, fromData, onNewData, type Tensor } from "./tensor.ts";
import { treeLeaves, treeMap } from "./tree.ts";

/** Gives up every tensor of a tree. */
export function dispose(tree: Tree): void {
  for (const leaf of treeLeaves(tree)) disposeTensor(leaf, "dispose");
}

/**
 * Runs `f`, keeps what it returns and frees every other value computed or made within.
 *
 * What is returned is evaluated first, so nothing it depends on is needed any more.
 */
export async function scope<T extends Tree>(f: () => T | Promise<T>): Promise<T> {
  await ready();
  const made = new Set<WeakRef<Tensor>>();
  const stop = onNewData((x) => void made.add(new WeakRef(x)));
  const since = currentId();
  try {
    const result = await f();
    const kept = new Set([...treeLeaves(result), ...heldTensors(result)]);
    materialize([...kept]);
    for (const ref of made) {
      const x = ref.deref();
      if (x && x.id >= since && !kept.has(x)) disposeTensor(x, "the end of a scope");
    }
    return result;
  } finally {
    stop();
  }
}

/** The tree on another device: computed values are read back and uploaded there. */
export async function toDevice<T extends Tree>(tree: T, device: DeviceName): Promise<T> {
  await ready();
  const backend = backendOf(device);
  if (!backend.ready()) await backend.init();
  const leaves = treeLeaves(tree);
  materialize(leaves);
  const moved = new Map<Tensor, Data>();
  for (const leaf of leaves) {
    const storage = await dataOf(leaf).read();
    moved.set(leaf, deviceData(leaf.aval, backend, backend.upload(storage, leaf.aval)));
  }
  return treeMap((leaf) => fromData(moved.get(leaf)!), tree);
}

/** Live bytes and buffers of every backend in use. */
export function memory(): { readonly [device: string]: MemoryUse } {
  return Object.fromEntries(usedBackends().map((backend) => [backend.name, backend.memory()]));
}
