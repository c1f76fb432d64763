import "../../mod.ts";
import { assertThrows } from "@std/assert";
import { setDevice, tensor } from "../../mod.ts";
import { activation, gelu, relu, silu } from "../../nn/mod.ts";
import { assertClose } from "./_close.ts";

setDevice("reference");

const x = tensor([-1, 0, 2]);

Deno.test("gelu: with erf, and with tanh", async () => {
  await assertClose(gelu(x), [-0.15865526, 0, 1.9544997]);
  await assertClose(gelu(x, { approximate: true }), [-0.158808, 0, 1.9545977]);
});

Deno.test("relu and silu", async () => {
  await assertClose(relu(x), [0, 0, 2]);
  await assertClose(silu(x), [-0.26894143, 0, 1.7615942]);
});

Deno.test("activation: by the name in a config", async () => {
  await assertClose(activation("gelu_new")(x), [-0.158808, 0, 1.9545977]);
  await assertClose(activation("quick_gelu")(x), [-0.15420423, 0, 1.9356586]);
  assertThrows(() => activation("toString"), RangeError, 'the activation "toString"');
});
