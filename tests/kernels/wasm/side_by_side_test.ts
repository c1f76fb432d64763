import { assertEquals } from "@std/assert";
import { newFunction } from "../../../kernels/wasm/asm.ts";
import { V128 } from "../../../kernels/wasm/opcodes.ts";
import { sideBySide } from "../../../kernels/wasm/side_by_side.ts";
import { type Vectors, vectorsIn } from "../../../kernels/wasm/vectors.ts";

/** The code of both prints, made side by side, and one after the other. */
function codes(print: (v: Vectors, x: number) => void, other = print): [number[], number[]] {
  const made = [true, false].map((together) => {
    const fn = newFunction([]);
    const v = vectorsIn(fn, newFunction([]));
    const [x, y] = [fn.local(V128), fn.local(V128)];
    const prints = [() => print(v, x), () => other(v, y)];
    if (together) sideBySide(v, prints);
    else for (const each of prints) each();
    return fn.code;
  });
  return [made[0]!, made[1]!];
}

const square = (v: Vectors, x: number): number => v.apply("f32x4.mul", x, x);

Deno.test("sideBySide: takes an instruction of each chain in turn", () => {
  const [together, apart] = codes((v, x) => square(v, square(v, x)));
  const piece = apart.length / 4;
  const pieces = [0, 1, 2, 3].map((i) => apart.slice(i * piece, (i + 1) * piece));
  assertEquals(together, [0, 2, 1, 3].flatMap((i) => pieces[i]!));
});

Deno.test("sideBySide: cuts no branch in two, and leaves chains that differ as they are", () => {
  const branch = (v: Vectors, x: number): void => {
    v.fn.get(x).simd("v128.any_true").if(() => void square(v, square(v, x)));
  };
  const [together, apart] = codes(branch);
  assertEquals(together, apart);
  const [mixed, inOrder] = codes((v, x) => square(v, square(v, x)), square);
  assertEquals(mixed, inOrder);
});
