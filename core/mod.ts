/**
 * Values: dtypes, shapes, trees, tensors, primitives, tracing, Graphs, jit, weights, random keys.
 *
 * @module
 */
export * from "./backend.ts";
export * from "./bind.ts";
export * from "./breathe.ts";
export * from "./data.ts";
export * from "./dtype.ts";
export * from "./errors.ts";
export * from "./evaluate.ts";
export * from "./expand_graph.ts";
export * from "./explain.ts";
export * from "./extract.ts";
export * from "./graph.ts";
export * from "./half.ts";
export * from "./host.ts";
export * from "./init.ts";
export * from "./intern.ts";
export * from "./jit.ts";
export * from "./literal.ts";
export * from "./loop.ts";
export * from "./ops/mod.ts";
export * from "./paths.ts";
export * from "./primitive.ts";
export * from "./primitives/mod.ts";
export * from "./print/mod.ts";
export * from "./random/mod.ts";
export * from "./scope.ts";
export * from "./shape.ts";
export * from "./structured.ts";
export * from "./tensor.ts";
export * from "./trace.ts";
export * from "./tree.ts";
export * from "./weight.ts";
