import { attentionFunctions } from "../attention/functions.ts";
import { features } from "../features.ts";
import { moduleBytes } from "../module.ts";
import { macroKernel } from "./macro.ts";
import { microKernel } from "./micro.ts";
import { packA } from "./pack_a.ts";
import { packB } from "./pack_b.ts";
import { copyStrip, THIN_ROWS, thinProduct, zeroStrip } from "./thin.ts";

/** The one module that serves products, and attention, of every shape. */
export function productModule(): WebAssembly.Module {
  const thin = Array.from({ length: THIN_ROWS }, (_, i) => thinProduct(i + 1));
  const fns = [
    microKernel(),
    packA(),
    packB(),
    macroKernel(0),
    zeroStrip(),
    copyStrip(),
    ...thin,
    ...attentionFunctions(),
  ];
  return new WebAssembly.Module(moduleBytes(fns, features().shared));
}
