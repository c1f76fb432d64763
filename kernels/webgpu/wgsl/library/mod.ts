import { BITS } from "./bits.ts";
import { ERROR_FUNCTION } from "./error_function.ts";
import { EXPONENTIAL } from "./exponential.ts";
import { HALF } from "./half.ts";
import { TRIGONOMETRIC } from "./trigonometric.ts";

const FUNCTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...BITS, ...HALF, ...EXPONENTIAL, ...ERROR_FUNCTION, ...TRIGONOMETRIC }),
);

/** The functions of the library that a text calls, and those that they call. */
export function functionsFor(text: string): string {
  const found = new Set<string>();
  const look = (body: string): void => {
    for (const [, name] of body.matchAll(/\b([a-z_][a-z0-9_]*)\(/g)) {
      const code = FUNCTIONS.get(name!);
      if (code === undefined || found.has(name!)) continue;
      found.add(name!);
      look(code);
    }
  };
  look(text);
  return [...found].map((name) => FUNCTIONS.get(name)!).join("\n");
}
