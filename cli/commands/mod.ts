import type { Command } from "../command.ts";
import { evalCommand } from "./eval.ts";
import { finetuneCommand } from "./finetune.ts";
import { generateCommand } from "./generate.ts";
import { infoCommand } from "./info.ts";
import { mergeCommand } from "./merge.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  finetuneCommand,
  generateCommand,
  evalCommand,
  mergeCommand,
  infoCommand,
];
