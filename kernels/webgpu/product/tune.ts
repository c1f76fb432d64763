import type { Operand, ProductIR } from "../../ir/types.ts";
import { candidates, chooseTuning } from "./choose.ts";
import { alongOf, isQuadAligned } from "./operand.ts";
import type { TuningStore } from "./store.ts";
import type { ProductDevice, Tuning } from "./tuning.ts";

/** Milliseconds of a product with a tuning. */
export type Measure = (tuning: Tuning) => number;

/** The tunings of one device. */
export type Tunings = {
  /**
   * The tuning of a product: what was measured for its class of shapes, now if `measure` is given
   * and never before; else by its shape.
   */
  readonly of: (ir: ProductIR, measure?: Measure) => Tuning;
};

type Known = { readonly [device: string]: { readonly [shapes: string]: Tuning } };

/** Tunings from the store, which gets those that are measured. */
export function tunings(device: ProductDevice, store: TuningStore | null = null): Tunings {
  const measured = new Map(Object.entries(parse(store?.read() ?? "{}")[device.name] ?? {}));
  const remember = (): void => {
    if (!store) return;
    const known = { ...parse(store.read() ?? "{}"), [device.name]: Object.fromEntries(measured) };
    store.write(`${JSON.stringify(known, null, 1)}\n`);
  };
  return {
    of: (ir, measure) => {
      const name = shapeClass(ir);
      const known = measured.get(name);
      if (known && fits(ir, device, known)) return known;
      if (!measure) return chooseTuning(ir, device);
      const best = fastest(candidates(ir, device), measure);
      measured.set(name, best);
      remember();
      return best;
    },
  };
}

/** Products of one class share a tuning: equal layouts, sides within a factor of two. */
export function shapeClass({ batch, m, n, k, a, b }: ProductIR): string {
  const sides = [batch, m, n, k].map((side) => Math.ceil(Math.log2(Math.max(1, side))));
  return `${sides.join(" ")} ${layout(a, m, k)} ${layout(b, n, k)}`;
}

function layout(operand: Operand, free: number, k: number): string {
  const kind = operand.loader ? "loader" : isQuadAligned(operand, free, k) ? "quads" : "strides";
  return `${kind}-${alongOf(operand)}`;
}

/** The first of the fastest, by the least of three measurements. */
function fastest(all: readonly Tuning[], measure: Measure): Tuning {
  const times = all.map((tuning) => Math.min(measure(tuning), measure(tuning), measure(tuning)));
  return all[times.indexOf(Math.min(...times))]!;
}

/** A tuning of another member of the class may need more than this product has. */
function fits(ir: ProductIR, device: ProductDevice, known: Tuning): boolean {
  return candidates(ir, device).some((tuning) => {
    const { splits: _, ...rest } = tuning;
    return Object.entries(rest).every(([name, value]) => Reflect.get(known, name) === value);
  });
}

/** What a file says, which may have been written by anybody. */
function parse(text: string): Known {
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found !== "object" || found === null) return {};
    return Object.fromEntries(
      Object.entries(found).filter(([, shapes]) => typeof shapes === "object" && shapes !== null)
        .map(([device, shapes]) => [
          device,
          Object.fromEntries(Object.entries(shapes).filter(([, t]) => isTuning(t))),
        ]),
    ) as Known;
  } catch {
    return {};
  }
}

function isTuning(value: unknown): boolean {
  if (typeof value !== "object" || value === null || !("kind" in value)) return false;
  return ["tiles", "thin", "single"].includes(String(value.kind)) && "splits" in value &&
    Number.isInteger(value.splits) && Number(value.splits) >= 1 && Number(value.splits) <= 64;
}
