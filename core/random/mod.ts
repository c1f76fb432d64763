/** Random keys and samplers: pure functions of a key, bit-exact with JAX. */
export * from "./categorical.ts";
export * from "./choice.ts";
export * from "./continuous.ts";
export * from "./discrete.ts";
export * from "./gumbel.ts";
export * from "./key.ts";
export * from "./multivariate_normal.ts";
export * from "./normal.ts";
export * from "./original.ts";
export * from "./permutation.ts";
export * from "./positive.ts";
export * from "./truncated_normal.ts";
export * from "./uniform.ts";
