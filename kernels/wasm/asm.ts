import {
  LANE_MEMORY,
  type LaneOp,
  type MemoryOp,
  SCALAR,
  SCALAR_MEMORY,
  type ScalarOp,
  VECTOR,
  VECTOR_MEMORY,
  type VectorOp,
} from "./opcodes.ts";

/**
 * A function under construction. Every method appends instructions of WebAssembly's stack machine
 * and returns the function, so that they read in a row: `fn.get(a).get(b).op("i32.add").set(c)`.
 */
export type Fn = {
  /** Exported under this name; "" for none. */
  name: string;
  /** Types of the parameters. */
  readonly params: readonly number[];
  /** Types of the locals after the parameters. */
  readonly locals: number[];
  /** Instructions, without the final `end`. */
  readonly code: number[];
  /** How many constructs (loop, block, if) are open. */
  depth(): number;
  /** A new local; its number. */
  local(type: number): number;
  get(local: number): Fn;
  set(local: number): Fn;
  tee(local: number): Fn;
  /** An i32 constant. */
  i32(value: number): Fn;
  /** An f32 constant. */
  f32(value: number): Fn;
  /** An f64 constant. */
  f64(value: number): Fn;
  /** A v128 constant of four words. */
  words(words: readonly number[]): Fn;
  op(...names: readonly ScalarOp[]): Fn;
  simd(...names: readonly VectorOp[]): Fn;
  /** A load or store at the address on the stack plus `offset`. */
  memory(name: MemoryOp, offset?: number): Fn;
  memoryLane(name: LaneOp, lane: number, offset?: number): Fn;
  extractLane(lane: number): Fn;
  replaceLane(lane: number): Fn;
  /** Four 32-bit words picked out of two vectors (0 to 3: the first, 4 to 7: the second). */
  shuffle(words: readonly number[]): Fn;
  loop(body: () => void): Fn;
  block(body: () => void): Fn;
  if(then: () => void, otherwise?: () => void): Fn;
  /** Branches out of (block) or to the start of (loop) the `depth`-th enclosing construct. */
  branchIf(depth: number): Fn;
  call(index: number): Fn;
  /** memory.fill of (address, value, bytes) on the stack. */
  fill(): Fn;
};

const VOID = 0x40;
const SIMD = 0xfd;
const bits = new DataView(new ArrayBuffer(8));

/** Appends an unsigned LEB128 number. */
export function unsigned(value: number, out: number[]): void {
  let rest = value >>> 0;
  for (;;) {
    const low = rest & 127;
    rest >>>= 7;
    out.push(rest ? low | 128 : low);
    if (!rest) return;
  }
}

/** Appends a signed LEB128 number. */
export function signed(value: number, out: number[]): void {
  let rest = value | 0;
  for (;;) {
    const low = rest & 127;
    rest >>= 7;
    const last = (rest === 0 && !(low & 64)) || (rest === -1 && (low & 64) !== 0);
    out.push(last ? low : low | 128);
    if (last) return;
  }
}

/** An empty function. */
export function newFunction(params: readonly number[], name = ""): Fn {
  const code: number[] = [];
  const locals: number[] = [];
  const withNumber = (opcode: number, value: number): Fn => {
    code.push(opcode);
    unsigned(value, code);
    return fn;
  };
  const simd = (opcode: number): void => void withNumber(SIMD, opcode);
  let depth = 0;
  const nested = (opcode: number, body: () => void): Fn => {
    code.push(opcode, VOID);
    depth++;
    body();
    depth--;
    code.push(0x0b);
    return fn;
  };
  const address = (offset: number): void => {
    code.push(0); // alignment hint: none
    unsigned(offset, code);
  };
  const fn: Fn = {
    name,
    params,
    locals,
    code,
    depth: () => depth,
    local: (type) => params.length + locals.push(type) - 1,
    get: (local) => withNumber(0x20, local),
    set: (local) => withNumber(0x21, local),
    tee: (local) => withNumber(0x22, local),
    i32(value) {
      code.push(0x41);
      signed(value, code);
      return fn;
    },
    f32(value) {
      bits.setFloat32(0, value, true);
      code.push(0x43);
      for (let i = 0; i < 4; i++) code.push(bits.getUint8(i));
      return fn;
    },
    f64(value) {
      bits.setFloat64(0, value, true);
      code.push(0x44);
      for (let i = 0; i < 8; i++) code.push(bits.getUint8(i));
      return fn;
    },
    words(words) {
      simd(0x0c);
      for (const word of words) {
        code.push(word & 255, (word >> 8) & 255, (word >> 16) & 255, (word >>> 24) & 255);
      }
      return fn;
    },
    op(...names) {
      for (const each of names) code.push(SCALAR[each]);
      return fn;
    },
    simd(...names) {
      for (const each of names) simd(VECTOR[each]);
      return fn;
    },
    memory(op, offset = 0) {
      if (op in VECTOR_MEMORY) simd(VECTOR_MEMORY[op as keyof typeof VECTOR_MEMORY]);
      else code.push(SCALAR_MEMORY[op as keyof typeof SCALAR_MEMORY]);
      address(offset);
      return fn;
    },
    memoryLane(op, lane, offset = 0) {
      simd(LANE_MEMORY[op]);
      address(offset);
      code.push(lane);
      return fn;
    },
    extractLane(lane) {
      code.push(SIMD, 0x1b, lane);
      return fn;
    },
    replaceLane(lane) {
      code.push(SIMD, 0x1c, lane);
      return fn;
    },
    shuffle(words) {
      code.push(SIMD, 0x0d);
      for (const word of words) for (let i = 0; i < 4; i++) code.push(4 * word + i);
      return fn;
    },
    loop: (body) => nested(0x03, body),
    block: (body) => nested(0x02, body),
    if: (then, otherwise) =>
      nested(0x04, () => {
        then();
        if (!otherwise) return;
        code.push(0x05);
        otherwise();
      }),
    branchIf: (depth) => withNumber(0x0d, depth),
    call: (index) => withNumber(0x10, index),
    fill() {
      code.push(0xfc, 0x0b, 0);
      return fn;
    },
  };
  return fn;
}
