/**
 * What the `graft` command shares with other programs: its entry and what it shows on a terminal.
 *
 * @module
 */
export { main } from "./main.ts";
export {
  formatBytes,
  formatSeconds,
  formatTraining,
  type ProgressBar,
  progressBar,
} from "./progress.ts";
export { processTerminal, type Terminal } from "./terminal.ts";
