/** Random keys and samplers: pure functions of a key, bit-exact with JAX. */
export * from "./key.ts";
export * from "./normal.ts";
export * from "./uniform.ts";
