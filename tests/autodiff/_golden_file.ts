import { type Tensor, tensor } from "../../core/mod.ts";
import { fromBf16, fromF16 } from "../../core/internal.ts";

/** Nested lists and objects with numbers at the leaves: positions in a list of tensors. */
export type Places =
  | number
  | null
  | readonly Places[]
  | { readonly [name: string]: Places };

/** How far an element may be off. */
export type Tolerance = {
  readonly rtol?: number;
  readonly atol?: number;
  readonly exact?: boolean;
};

/** A derivative of the function itself: keys of tensors. */
export type Direction = {
  readonly tangents?: readonly (string | null)[];
  readonly cotangents?: readonly (string | null)[];
  readonly outputs: readonly (string | null)[];
  readonly tolerance: Tolerance;
  readonly tolerances?: readonly (Tolerance | null)[];
};

/** One case of the file. */
export type GoldenCase = {
  readonly id: string;
  readonly op: string;
  readonly attrs: {
    readonly fn: string;
    readonly in_tree: readonly Places[];
    readonly out_tree: Places;
    readonly directions_tree?: Places;
    readonly argnums?: readonly number[];
    readonly in_axes?: readonly Places[];
    readonly inner_in_axes?: readonly Places[];
    readonly out_axes?: Places;
    readonly axis_name?: string;
    readonly has_aux?: boolean;
  };
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly tolerance: Tolerance;
  readonly tolerances?: readonly (Tolerance | null)[];
  readonly jvp?: Direction;
  readonly vjp?: Direction;
};

type Entry = {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
};

/** The cases, and the tensors by key. */
export function readGoldens(folder: URL): {
  readonly cases: readonly GoldenCase[];
  readonly load: (key: string) => Tensor;
} {
  const { cases } = JSON.parse(Deno.readTextFileSync(new URL("autodiff.json", folder)));
  const bytes = Deno.readFileSync(new URL("autodiff.safetensors", folder));
  const size = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header: Record<string, Entry> = JSON.parse(
    new TextDecoder().decode(bytes.subarray(8, 8 + size)),
  );
  const load = (key: string): Tensor => {
    const { dtype, shape, data_offsets: [from, to] } = header[key]!;
    const { buffer } = bytes.slice(8 + size + from, 8 + size + to);
    switch (dtype) {
      case "F32":
        return tensor(new Float32Array(buffer), { shape });
      case "I32":
        return tensor(new Int32Array(buffer), { shape });
      case "BOOL":
        return tensor(new Uint8Array(buffer), { shape, dtype: "bool" });
      case "BF16":
        return tensor(Float32Array.from(new Uint16Array(buffer), fromBf16), {
          shape,
          dtype: "bf16",
        });
      case "F16":
        return tensor(Float32Array.from(new Uint16Array(buffer), fromF16), {
          shape,
          dtype: "f16",
        });
      default:
        throw new TypeError(`Cannot read ${key}: no dtype for ${dtype}`);
    }
  };
  return { cases, load };
}
