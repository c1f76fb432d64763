import { UnsupportedError } from "../core/mod.ts";
import { adalora } from "./adalora.ts";
import { adaptionPrompt } from "./adaption_prompt.ts";
import { boft } from "./boft.ts";
import { c3a } from "./c3a.ts";
import { fourierft } from "./fourierft.ts";
import { hra } from "./hra.ts";
import { ia3 } from "./ia3.ts";
import { lnTuning } from "./ln_tuning.ts";
import { loha } from "./loha.ts";
import { lokr } from "./lokr.ts";
import { lora } from "./lora.ts";
import type { AnyMethod } from "./method.ts";
import { miss } from "./miss.ts";
import { oft } from "./oft.ts";
import { pTuning } from "./p_tuning.ts";
import { prefixTuning } from "./prefix_tuning.ts";
import { promptTuning } from "./prompt_tuning.ts";
import { randlora } from "./randlora.ts";
import { shira } from "./shira.ts";
import { vblora } from "./vblora.ts";
import { vera } from "./vera.ts";

/** Every fine-tuning method. */
export const METHODS: readonly AnyMethod[] = [
  adalora,
  adaptionPrompt,
  boft,
  c3a,
  fourierft,
  hra,
  ia3,
  lnTuning,
  loha,
  lokr,
  lora,
  miss,
  oft,
  pTuning,
  prefixTuning,
  promptTuning,
  randlora,
  shira,
  vblora,
  vera,
];

/**
 * The method that PEFT calls `peft_type`, or this library `name`.
 *
 * @throws {UnsupportedError} if there is none, naming those there are
 */
export function methodOf(name: string): AnyMethod {
  const method = METHODS.find((method) => method.name === name || method.peft_type === name);
  if (method) return method;
  throw new UnsupportedError(
    `Cannot use the method "${name}": it is not defined; the defined ones are ` +
      METHODS.map(({ peft_type }) => `"${peft_type}"`).join(", "),
  );
}
