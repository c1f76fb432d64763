/**
 * Graft for a web page: what mod.ts has, and the other rooms as namespaces. `deno task bundle` makes
 * one file of it, dist/graft.js. Functions that take paths (`train.loadModel`, `train.finetune` ...)
 * need Deno; their counterparts take what a page has fetched: `train.modelFromFiles`,
 * `hub.parseSafetensors`, `peft.adapterFromFiles`.
 *
 * @module
 */
export * from "./mod.ts";
export * as hub from "./hub/formats.ts";
export * as models from "./models/mod.ts";
export * as nn from "./nn/mod.ts";
export * as optim from "./optim/mod.ts";
export * as peft from "./peft/mod.ts";
export * as train from "./train/mod.ts";
