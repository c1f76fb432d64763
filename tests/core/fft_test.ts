import { assert, assertThrows } from "@std/assert";
import { grad } from "../../autodiff/mod.ts";
import {
  add,
  type Complex,
  fft,
  fft2,
  ifft,
  ifft2,
  irfft,
  jit,
  rfft,
  ShapeError,
  square,
  sum,
  type Tensor,
  tensor,
} from "../../mod.ts";

/** Reproducible numbers. */
function numbers(shape: readonly number[]): Tensor {
  const count = shape.reduce((product, side) => product * side, 1);
  const data = Float32Array.from({ length: count }, (_, i) => Math.sin(1 + 2.3 * i * i));
  return tensor(data, { shape });
}

/** The definition, on the host. */
function transformed(re: ArrayLike<number>, im: ArrayLike<number>): [number[], number[]] {
  const n = re.length;
  const out: [number[], number[]] = [[], []];
  for (let k = 0; k < n; k++) {
    let [a, b] = [0, 0];
    for (let j = 0; j < n; j++) {
      const angle = -2 * Math.PI * (j * k % n) / n;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      a += re[j]! * c - im[j]! * s;
      b += re[j]! * s + im[j]! * c;
    }
    out[0].push(a);
    out[1].push(b);
  }
  return out;
}

async function assertNear(actual: Tensor, expected: ArrayLike<number>, atol: number) {
  const data = Array.from(await actual.data());
  assert(data.length === expected.length, `${data.length} numbers, not ${expected.length}`);
  const worst = data.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0);
  assert(worst <= atol, `off by ${worst}`);
}

Deno.test("fft: is the definition for powers, composites and primes, and has an inverse", async () => {
  // Direct, split once, and sides with a large prime factor.
  for (const n of [1, 2, 7, 64, 96, 1000, 67, 134, 1009]) {
    const x: Complex = { re: numbers([n]), im: numbers([n]) };
    const y = fft(x);
    const [re, im] = transformed(await x.re.data(), await x.im.data());
    const atol = 2e-6 * Math.sqrt(n) * Math.log2(n + 2);
    await assertNear(y.re, re, atol);
    await assertNear(y.im, im, atol);
    const back = ifft(y);
    await assertNear(back.re, await x.re.data(), 1e-5);
    await assertNear(back.im, await x.im.data(), 1e-5);
  }
});

Deno.test("fft: along an axis, and both of two", async () => {
  const x = numbers([3, 10, 2]);
  const y = fft(x, { axis: 1 });
  const data = await x.data();
  const column = Array.from({ length: 10 }, (_, j) => data[20 + 2 * j + 1]!);
  const [re] = transformed(column, column.map(() => 0));
  const got = await y.re.data();
  await assertNear(tensor(re.map((_, k) => got[20 + 2 * k + 1]!)), re, 1e-5);
  const back = ifft2(fft2(x, { axes: [0, 1] }), { axes: [0, 1] });
  await assertNear(back.re, data, 1e-5);
});

Deno.test("rfft: half of fft, and irfft leads back, jitted too", async () => {
  for (const n of [8, 9, 130, 131]) {
    const x = numbers([2, n]);
    const [half, whole] = [rfft(x), fft(x)];
    assert(half.re.shape[1] === Math.floor(n / 2) + 1);
    const row = (await whole.im.data()).slice(0, half.re.shape[1]);
    await assertNear(tensor((await half.im.data()).slice(0, row.length)), row, 1e-5);
    await assertNear(jit((x: Tensor) => irfft(rfft(x), { n }))(x), await x.data(), 1e-5);
  }
  assertThrows(() => irfft(rfft(numbers([8])), { n: 12 }), RangeError, "7 are needed");
});

Deno.test("fft: keeps the energy, and so does its derivative", async () => {
  const n = 100;
  const x = numbers([n]);
  const energy = (x: Tensor): Tensor => {
    const { re, im } = fft(x);
    return add(sum(square(re)), sum(square(im)));
  };
  await assertNear(grad(energy)(x), Array.from(await x.data(), (v) => 2 * n * v), 2e-3);
});

Deno.test("fft: refuses parts of different shapes, integers and nothing", () => {
  assertThrows(() => fft({ re: numbers([4]), im: numbers([5]) }), ShapeError, "one shape");
  assertThrows(() => fft(tensor(new Int32Array(4))), ShapeError, "float");
  assertThrows(() => fft(numbers([0])), ShapeError, "empty");
});
