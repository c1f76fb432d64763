import { assertEquals } from "@std/assert";
import { checkpoint, customVjp } from "../../autodiff/mod.ts";
import { makeGraph, mul, sin, type Tensor, tensor } from "../../core/mod.ts";
import { expandGraph } from "../../core/internal.ts";

Deno.test("expandGraph: replaces composites, also inside one another", () => {
  const rule = customVjp(
    (x: Tensor) => sin(x),
    (x: Tensor) => [sin(x), x],
    (x: Tensor, ct: Tensor) => [mul(x, ct)],
  );
  const graph = makeGraph((x: Tensor) => checkpoint((x: Tensor) => mul(rule(x), x))(x))(tensor(1));
  assertEquals(graph.nodes.map((node) => node.primitive.name), ["checkpoint"]);
  const names = expandGraph(graph).nodes.map((node) => node.primitive.name);
  assertEquals(names, ["sin", "mul"]);
  const outer = expandGraph(graph, (primitive) => primitive.name === "checkpoint");
  assertEquals(outer.nodes.map((node) => node.primitive.name), ["custom_vjp", "mul"]);
});
