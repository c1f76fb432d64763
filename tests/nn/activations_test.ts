import "../../mod.ts";
import { assertThrows } from "@std/assert";
import { grad, setDevice, ShapeError, sum, type Tensor, tensor } from "../../mod.ts";
import * as nn from "../../nn/mod.ts";
import { checkAdjoint, checkGradient } from "../../testing/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const x = tensor([-1, 0, 2]);

const slope = (f: nn.Activation): Tensor => grad((y: Tensor) => sum(f(y)))(x);

Deno.test("gelu: with erf, with tanh, and with a sigmoid", async () => {
  await assertClose(nn.gelu(x), [-0.15865526, 0, 1.9544997]);
  await assertClose(nn.gelu(x, { approximate: true }), [-0.158808, 0, 1.9545977]);
  await assertClose(nn.quickGelu(x), [-0.15420423, 0, 1.9356586]);
});

Deno.test("rectifiers: and their derivatives at the kinks", async () => {
  await assertClose(nn.relu(x), [0, 0, 2]);
  await assertClose(nn.relu6(tensor([-1, 3, 7])), [0, 3, 6]);
  await assertClose(nn.reluSquared(x), [0, 0, 4]);
  await assertClose(nn.leakyRelu(x, { negativeSlope: 0.1 }), [-0.1, 0, 2]);
  await assertClose(slope(nn.relu), [0, 0, 1]);
  await assertClose(slope((y) => nn.leakyRelu(y)), [0.01, 1, 1]);
});

Deno.test("smooth units", async () => {
  await assertClose(nn.silu(x), [-0.26894143, 0, 1.7615942]);
  await assertClose(nn.softplus(x), [0.31326169, 0.69314718, 2.126928]);
  await assertClose(nn.logSigmoid(x), [-1.3132617, -0.69314718, -0.126928]);
  await assertClose(nn.mish(x), [-0.30340146, 0, 1.9439590]);
  await assertClose(nn.squareplus(x), [0.61803399, 1, 2.4142136]);
  await assertClose(nn.softSign(x), [-0.5, 0, 0.66666667]);
  await assertClose(slope(nn.softplus), [0.26894142, 0.5, 0.88079708]);
});

Deno.test("exponential units: do not overflow where they are not chosen", async () => {
  const low = Math.expm1(-1);
  await assertClose(nn.elu(x, { alpha: 2 }), [2 * low, 0, 2]);
  await assertClose(nn.celu(x, { alpha: 2 }), [2 * Math.expm1(-0.5), 0, 2]);
  await assertClose(nn.selu(x), [1.7580993 * low, 0, 2.1014020]);
  const steep = grad((y: Tensor) => sum(nn.elu(y)))(tensor([1000]));
  await assertClose(steep, [1]);
});

Deno.test("piecewise units", async () => {
  const y = tensor([-4, -0.5, 3.5]);
  await assertClose(nn.hardTanh(y), [-1, -0.5, 1]);
  await assertClose(nn.hardSigmoid(y), [0, 2.5 / 6, 1]);
  await assertClose(nn.hardSilu(y), [0, -1.25 / 6, 3.5]);
  await assertClose(nn.sparsePlus(y), [0, 0.0625, 3.5]);
  await assertClose(nn.sparseSigmoid(y), [0, 0.25, 1]);
});

Deno.test("glu: the second half is the gate", async () => {
  await assertClose(nn.glu(tensor([[3, 0]])), [1.5]);
  assertThrows(() => nn.glu(x), ShapeError, "Cannot split [3] in 2 parts");
});

Deno.test("activation: by the name in a config", async () => {
  await assertClose(nn.activation("gelu_new")(x), [-0.158808, 0, 1.9545977]);
  await assertClose(nn.activation("quick_gelu")(x), [-0.15420423, 0, 1.9356586]);
  await assertClose(nn.activation("relu2")(x), [0, 0, 4]);
  assertThrows(() => nn.activation("toString"), RangeError, 'the activation "toString"');
});

const SMOOTH: { readonly [name: string]: nn.Activation } = {
  celu: (y) => nn.celu(y, { alpha: 0.7 }),
  elu: (y) => nn.elu(y, { alpha: 0.7 }),
  gelu: (y) => nn.gelu(y),
  glu: (y) => nn.glu(y),
  hardSilu: nn.hardSilu,
  leakyRelu: (y) => nn.leakyRelu(y),
  logSigmoid: nn.logSigmoid,
  mish: nn.mish,
  quickGelu: nn.quickGelu,
  reluSquared: nn.reluSquared,
  selu: nn.selu,
  silu: nn.silu,
  softSign: nn.softSign,
  softplus: nn.softplus,
  sparsePlus: nn.sparsePlus,
  squareplus: (y) => nn.squareplus(y),
};

for (const [name, f] of Object.entries(SMOOTH)) {
  Deno.test(`${name}: derivatives to second order and adjoint`, async () => {
    const at = tensor([-1.7, -0.3, 0.4, 2.2]);
    await checkGradient(f, [at], { order: 2 });
    await checkAdjoint(f, [at]);
  });
}
