/** A function of the module of products. */
type Call = (...args: number[]) => void;

const NAMES = [
  "scores",
  "biasedScores",
  "hide",
  "anySeen",
  "softmax",
  "finish",
  "slopes",
  "means",
  "zeroRows",
] as const;

/** The functions that attention has beside those of products; `memory` is where they work. */
export type AttentionCalls = Readonly<Record<(typeof NAMES)[number], Call>> & {
  readonly memory: WebAssembly.Memory;
};

/** The functions of a linked module. */
export function attentionCalls(
  exports: WebAssembly.Exports,
  memory: WebAssembly.Memory,
): AttentionCalls {
  const calls = NAMES.map((name) => [name, exports[name] as Call] as const);
  return { ...Object.fromEntries(calls) as Record<(typeof NAMES)[number], Call>, memory };
}
