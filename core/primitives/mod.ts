/** Every primitive and the functions that apply them. */
export * from "./add.ts";
export * from "./broadcast_sum.ts";
export * from "./constant.ts";
export * from "./convert.ts";
export * from "./mul.ts";
export * from "./reshape.ts";
export { broadcastTo, type Operand } from "./_binary.ts";
