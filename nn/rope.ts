import {
  add,
  concatenate,
  convert,
  cos,
  expandDims,
  mul,
  reshape,
  ShapeError,
  sin,
  slice,
  sub,
  type Tensor,
  tensor,
} from "../core/mod.ts";
import { formatShape } from "../core/internal.ts";

/** Rotations of every position: cosines and sines [B, 1, T, R/2] of its angles, float32. */
export type Rotation = { readonly cos: Tensor; readonly sin: Tensor };

/**
 * The rotations of rotary position embedding: position p turns pair i by the angle p · frequency i.
 *
 * @param positions integers [B, T]
 * @param frequencies R/2 of them, see `ropeFrequencies`
 * @see Su et al. 2021, arXiv:2104.09864, eq. 15
 */
export function ropeRotation(positions: Tensor, frequencies: readonly number[]): Rotation {
  const columns = expandDims(expandDims(convert(positions, "f32"), 1), 3); // [B, 1, T, 1]
  const angles = mul(columns, tensor(frequencies)); // [B, 1, T, R/2]
  return { cos: cos(angles), sin: sin(angles) };
}

/** base^(-2i / size) for the pairs i of a rotated part of `size` entries. */
export function ropeFrequencies(options: { size: number; base: number }): readonly number[] {
  const { size, base } = options;
  return Array.from({ length: size / 2 }, (_, i) => base ** (-2 * i / size));
}

/**
 * Turns the first R entries of each head, where entry i is paired with entry i + R/2, as in LLaMA.
 *
 * @param x [B, H, T, K]
 * @param rotation of R/2 angles, R at most K; further entries stay as they are
 * @returns [B, H, T, K], dtype of `x`
 */
export function rotateHalves(x: Tensor, rotation: Rotation): Tensor {
  const [first, second, rest] = thirds(x, rotation);
  const turned = turn(first, second, rotation);
  return convert(concatenate([...turned, ...rest], { axis: 3 }), x.dtype);
}

/** The same where entry 2i is paired with entry 2i + 1, as in GPT-J and GLM. */
export function rotateNeighbours(x: Tensor, rotation: Rotation): Tensor {
  const [batch, heads, time, size] = x.shape as readonly [number, number, number, number];
  const pairs = requirePairs(x, rotation);
  const start = [0, 0, 0, 0];
  const rotated = slice(x, { start, stop: [batch, heads, time, 2 * pairs] });
  const paired = reshape(convert(rotated, "f32"), [batch, heads, time, pairs, 2]);
  const entry = (i: number): Tensor => {
    const one = slice(paired, { start: [...start, i], stop: [batch, heads, time, pairs, i + 1] });
    return reshape(one, [batch, heads, time, pairs]);
  };
  const turned = turn(entry(0), entry(1), rotation).map((part) => expandDims(part, 4));
  const joined = reshape(concatenate(turned, { axis: 4 }), [batch, heads, time, 2 * pairs]);
  const rest = size === 2 * pairs
    ? []
    : [convert(slice(x, { start: [0, 0, 0, 2 * pairs], stop: x.shape }), "f32")];
  return convert(concatenate([joined, ...rest], { axis: 3 }), x.dtype);
}

/** (a, b) turned by each angle: (a cos - b sin, b cos + a sin). */
function turn(a: Tensor, b: Tensor, { cos, sin }: Rotation): readonly [Tensor, Tensor] {
  return [sub(mul(a, cos), mul(b, sin)), add(mul(b, cos), mul(a, sin))];
}

/** Both halves of the rotated part, and what is left of each head. */
function thirds(x: Tensor, rotation: Rotation): readonly [Tensor, Tensor, readonly Tensor[]] {
  const pairs = requirePairs(x, rotation);
  const wide = convert(x, "f32");
  const part = (from: number, to: number): Tensor =>
    slice(wide, { start: [0, 0, 0, from], stop: [...x.shape.slice(0, 3), to] });
  const size = x.shape[3]!;
  const rest = size === 2 * pairs ? [] : [part(2 * pairs, size)];
  return [part(0, pairs), part(pairs, 2 * pairs), rest];
}

function requirePairs(x: Tensor, rotation: Rotation): number {
  const pairs = rotation.cos.shape[3]!;
  if (x.shape.length === 4 && 2 * pairs <= x.shape[3]!) return pairs;
  throw new ShapeError(
    `Cannot rotate ${
      formatShape(x.shape)
    } by ${pairs} angles: four axes [B, H, T, K] are needed, ` +
      `and K at least ${2 * pairs}`,
    "rope",
    [x.shape, rotation.cos.shape],
  );
}
