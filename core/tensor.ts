import type { DType, StorageArray } from "./dtype.ts";
import { ShapeError } from "./errors.ts";
import { fromBf16, fromF16 } from "./half.ts";
import type { AnyPrimitive } from "./primitive.ts";
import { type Aval, formatAval, type Shape, sizeOf } from "./shape.ts";
import type { Data } from "./data.ts";
import { printAsText } from "./inspect.ts";

/** An unevaluated application of a primitive. `mark`, `base` and `visits` are the walkers' notes. */
export type Node = {
  readonly id: number;
  readonly primitive: AnyPrimitive;
  readonly params: unknown;
  /** Primitive and parameters, interned to one integer. */
  readonly signature: number;
  readonly inputs: readonly Tensor[];
  readonly outputs: Tensor[];
  mark: number;
  base: number;
  visits: number;
};

/** Where the value of a tensor comes from. */
export type Source =
  | { readonly kind: "lazy"; readonly node: Node; readonly index: number }
  | { readonly kind: "data"; readonly data: Data }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "placeholder" }
  | { readonly kind: "disposed"; readonly by: string };

/** What `data()` returns: f16 and bf16 are widened, bool is 0 or 1. */
export type TypedArray =
  | Float64Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint32Array<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Int8Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

let nextId = 1;

/** The id that the next tensor or node gets: what is born later has a greater or equal one. */
export function currentId(): number {
  return nextId;
}

/** Takes an id. */
export function takeId(): number {
  return nextId++;
}

/** What reading needs and core/evaluate.ts supplies, so that values need not import evaluation. */
export const reader: { read: (x: Tensor) => Promise<StorageArray> } = {
  read: () => Promise.reject(new Error("Cannot read a tensor: core/evaluate.ts is not loaded")),
};

/**
 * An immutable array of numbers: a shape, a dtype, and data or the expression that makes it.
 *
 * Operations are plain functions that build expressions; nothing runs until data is asked for.
 */
export class Tensor {
  /** Shape and dtype. */
  readonly aval: Aval;
  /** Monotone: a tensor made later has a greater id. */
  readonly id: number;
  /** @internal */
  source: Source;
  /** Whether a placeholder of a function being transformed is among its ancestors. @internal */
  readonly abstract: boolean;
  /** @internal */
  mark = 0;
  /** @internal */
  slot = 0;

  /** @internal */
  constructor(aval: Aval, source: Source, id: number, abstract = false) {
    this.aval = aval;
    this.source = source;
    this.id = id;
    this.abstract = abstract;
  }

  /** Sides; [] for a scalar. */
  get shape(): Shape {
    return this.aval.shape;
  }

  /** Element type. */
  get dtype(): DType {
    return this.aval.dtype;
  }

  /** The elements in row-major order; evaluates the expression first if there is one. */
  async data(): Promise<TypedArray> {
    const storage = await reader.read(this);
    if (this.dtype === "f16") return Float32Array.from(storage, fromF16);
    return this.dtype === "bf16" ? Float32Array.from(storage, fromBf16) : storage;
  }

  /** The value of a tensor with one element. */
  async item(): Promise<number> {
    if (sizeOf(this.shape) !== 1) {
      throw new ShapeError(
        `Cannot take the item of ${formatAval(this.aval)}: it has ${
          sizeOf(this.shape)
        } elements; ` +
          `use data()`,
        "item",
        [this.shape],
      );
    }
    return (await this.data())[0]!;
  }

  /** Gives the value up: its buffer is freed when no other handle shares it. */
  dispose(): void {
    disposeTensor(this, "dispose");
  }

  /** Frees at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** "Tensor f32[2, 3]"; values are printed by `print`. */
  toString(): string {
    return `Tensor ${formatAval(this.aval)}`;
  }
}

printAsText(Tensor.prototype);

/** Whether `x` is a Tensor. */
export function isTensor(x: unknown): x is Tensor {
  return x instanceof Tensor;
}

/** Ends a handle; `by` is named by the error of whoever uses it later. */
export function disposeTensor(x: Tensor, by: string): void {
  if (x.source.kind === "data") x.source.data.release();
  if (x.source.kind !== "disposed") x.source = { kind: "disposed", by };
}

const listeners = new Set<(x: Tensor) => void>();

/** Calls `listener` for every tensor that gets data, until the returned function is called. */
export function onNewData(listener: (x: Tensor) => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** A handle on data. Every handle counts. */
export function fromData(data: Data): Tensor {
  const x = new Tensor(data.aval, { kind: "placeholder" }, takeId());
  settle(x, data);
  return x;
}

/** Gives a tensor its data; its expression, if it had one, is forgotten. */
export function settle(x: Tensor, data: Data): void {
  data.retain();
  x.source = { kind: "data", data };
  for (const listener of listeners) listener(x);
}

/** An input of a function being transformed: it has a type and no value. */
export function placeholder(aval: Aval): Tensor {
  return new Tensor(aval, { kind: "placeholder" }, takeId(), true);
}

/** A JavaScript number as an operand; its value is no part of a program's structure. */
export function numberTensor(value: number, dtype: DType): Tensor {
  return new Tensor({ shape: [], dtype }, { kind: "number", value }, takeId());
}
