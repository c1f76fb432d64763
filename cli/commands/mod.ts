import type { Command } from "../command.ts";
import { infoCommand } from "./info.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [infoCommand];
