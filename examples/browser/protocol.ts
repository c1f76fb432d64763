/** What the page tells its worker. */
export type Request =
  | { readonly kind: "load"; readonly device: Wanted }
  | { readonly kind: "train"; readonly text: string; readonly settings: Settings }
  | { readonly kind: "stop" }
  | { readonly kind: "generate"; readonly prompt: string; readonly tokens: number };

/** What the worker tells the page. */
export type Report =
  | { readonly kind: "loading"; readonly what: string }
  | { readonly kind: "loaded"; readonly device: Device; readonly parameters: number }
  | { readonly kind: "preparing"; readonly what: string }
  | ({ readonly kind: "step" } & Step)
  | ({ readonly kind: "trained" } & Trained)
  | { readonly kind: "text"; readonly side: Side; readonly text: string; readonly speed: number }
  | { readonly kind: "generated" }
  | { readonly kind: "failed"; readonly message: string };

/** The device that the page asks for; "auto" takes a graphics card if there is one. */
export type Wanted = "auto" | "webgpu" | "cpu";

/** The device that computes. */
export type Device = {
  readonly name: string;
  /** Why it is not a faster one. */
  readonly notes: readonly string[];
};

/** How to train. */
export type Settings = {
  readonly steps: number;
  readonly batchSize: number;
  readonly seqLen: number;
  readonly rank: number;
  readonly lr: number;
};

/** A training step that is done. */
export type Step = {
  readonly step: number;
  readonly loss: number;
  /** Part of the run that is done, 0 to 1. */
  readonly done: number;
  readonly tokensPerSecond: number;
};

/** A finished run: perplexity on text held out, and the two files of the adapter. */
export type Trained = {
  readonly steps: number;
  readonly trainable: number;
  readonly before: number;
  readonly after: number;
  readonly files: readonly AdapterFile[];
};

/** A file to save. */
export type AdapterFile = { readonly name: string; readonly content: BlobPart };

/** Without the adapter and with it. */
export type Side = "before" | "after";
