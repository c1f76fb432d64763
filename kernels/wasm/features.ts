import { newFunction } from "./asm.ts";
import { moduleBytes } from "./module.ts";
import { V128 } from "./opcodes.ts";

/** What this engine can do. */
export type Features = {
  /** Fused multiply-add (relaxed SIMD). */
  readonly fma: boolean;
  /** Memory shared between threads. */
  readonly shared: boolean;
};

let known: Features | null = null;

/** Asks the engine once. */
export function features(): Features {
  known ??= { fma: hasFma(), shared: hasSharedMemory() };
  return known;
}

function hasFma(): boolean {
  const fn = newFunction([]);
  const x = fn.local(V128);
  fn.get(x).get(x).get(x).simd("f32x4.relaxed_madd").set(x);
  return WebAssembly.validate(moduleBytes([fn], false));
}

// A page that is not cross-origin isolated has no SharedArrayBuffer, or may not send it to workers.
function hasSharedMemory(): boolean {
  // Read by name: only the types of a browser have it.
  if (Reflect.get(globalThis, "crossOriginIsolated") === false) return false;
  if (typeof SharedArrayBuffer === "undefined") return false;
  try {
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    return true;
  } catch {
    return false;
  }
}
