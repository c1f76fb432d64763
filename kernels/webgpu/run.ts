import type { Engine } from "./engine.ts";
import type { Recorder } from "./recorder.ts";

/** A call of a program: where its commands are recorded, and how many programs it is inside of. */
export type Run = { readonly engine: Engine; readonly recorder: Recorder; readonly depth: number };
