import { assertThrows } from "@std/assert";
import * as g from "../../mod.ts";
import { assertClose } from "./_close.ts";

g.setDevice("reference");

// Expected numbers: NumPy.
const x = g.tensor([[1, 4, 2], [8, 5, 7]]);

Deno.test("diff, gradient, trapezoid: along the last axis", async () => {
  await assertClose(g.diff(x, { n: 2 }), [2, 1], [-5, 5]);
  await assertClose(g.diff(x, { axis: 0 }), [1, 3], [7, 1, 5]);
  await assertClose(g.diff(x, { n: 5 }), [2, 0], []);
  await assertClose(g.gradient(x, { spacing: 0.5 }), [2, 3], [6, 1, -4, -6, -1, 4]);
  await assertClose(g.trapezoid(x, { dx: 2 }), [2], [11, 25]);
  await assertClose(g.trapezoid(x, { x: g.tensor([0, 1, 3]) }), [2], [8.5, 18.5]);
  assertThrows(() => g.gradient(g.ones([1])), g.ShapeError, "Cannot take the gradient of [1]");
});

Deno.test("unwrap: takes whole periods out", async () => {
  const angles = g.unwrap(g.tensor([0, 3, 6.5, 0.2, -3]));
  await assertClose(angles, [5], [0, 3, 0.216815, 0.2, 3.283185]);
});

Deno.test("sinc: is 1 at 0, with derivative 0 and second derivative -π²/3", async () => {
  await assertClose(g.sinc(g.tensor([0, 0.5, 1])), [3], [1, 0.63662, 0]);
  const slope = g.grad(g.sinc);
  await assertClose(slope(g.tensor(0)), [], [0]);
  await assertClose(g.grad(slope)(g.tensor(0)), [], [-(Math.PI ** 2) / 3]);
});

Deno.test("deg2rad, rad2deg", async () => {
  await assertClose(g.deg2rad(g.tensor(180)), [], [Math.PI]);
  await assertClose(g.rad2deg(g.tensor(Math.PI)), [], [180]);
});

Deno.test("convolve, correlate: modes, and a longer second operand", async () => {
  const [a, b] = [g.tensor([1, 2, 3]), g.tensor([0, 1, 0.5])];
  await assertClose(g.convolve(a, b), [5], [0, 1, 2.5, 4, 1.5]);
  await assertClose(g.correlate(a, b, { mode: "full" }), [5], [0.5, 2, 3.5, 3, 0]);
  const flat = g.ones([4]);
  await assertClose(g.convolve(g.tensor([1, 2, 3, 4]), flat, { mode: "same" }), [4], [3, 6, 10, 9]);
  await assertClose(g.correlate(g.tensor([1, 2]), b, { mode: "full" }), [4], [0.5, 2, 2, 0]);
  assertThrows(() => g.convolve(x, a), g.ShapeError, "Cannot convolve [3] and [2, 3]");
});

Deno.test("polynomials: highest power first", async () => {
  const p = g.tensor([1, 2, 3]);
  await assertClose(g.polyval(p, g.tensor([0, 2])), [2], [3, 11]);
  await assertClose(g.polyval(p, 2), [], [11]);
  await assertClose(g.polymul(g.tensor([1, 2]), g.tensor([1, 3])), [3], [1, 5, 6]);
  await assertClose(g.polyadd(p, g.tensor([4])), [3], [1, 2, 7]);
  await assertClose(g.polyder(p), [2], [2, 2]);
  await assertClose(g.polyint(g.tensor([3, 4, 5])), [4], [1, 2, 5, 0]);
  const fit = g.polyfit(g.tensor([0, 1, 2, 3]), g.tensor([1, 3, 7, 13]), { degree: 2 });
  await assertClose(fit, [3], [1, 1, 1], 1e-4);
  await assertClose(g.vander(g.tensor([2, 3]), { increasing: true, columns: 3 }), [2, 3], [
    ...[1, 2, 4],
    ...[1, 3, 9],
  ]);
  assertThrows(() => g.vander(x), g.ShapeError, "Cannot vander [2, 3]");
});

Deno.test("interp: between points, and beyond them", async () => {
  const table = { points: g.tensor([0, 1, 2]), values: g.tensor([10, 20, 0]) };
  const at = g.tensor([-1, 0.5, 1.5, 9]);
  await assertClose(g.interp(at, table), [4], [10, 15, 10, 0]);
  await assertClose(g.interp(at, { ...table, left: -5, right: 7 }), [4], [-5, 15, 10, 7]);
});

Deno.test("tapers: go to their ends", async () => {
  await assertClose(g.hanning(5), [5], [0, 0.5, 1, 0.5, 0]);
  await assertClose(g.hamming(4), [4], [0.08, 0.77, 0.77, 0.08]);
  await assertClose(g.blackman(5), [5], [0, 0.34, 1, 0.34, 0]);
  await assertClose(g.bartlett(5), [5], [0, 0.5, 1, 0.5, 0]);
  await assertClose(g.hanning(1), [1], [1]);
});

Deno.test("logspace, geomspace: equal ratios", async () => {
  await assertClose(g.geomspace(1, 1000, { count: 4 }), [4], [1, 10, 100, 1000]);
  const powers = g.logspace(0, 2, { count: 3, base: 3, endpoint: false });
  await assertClose(powers, [3], [1, 2.080084, 4.326749]);
  assertThrows(() => g.geomspace(-1, 2), RangeError, "Cannot space numbers from -1 to 2");
});
