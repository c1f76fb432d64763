import { assert } from "@std/assert";
import { add, key, scope, sub, type Tensor, treeEntries } from "../../mod.ts";
import { linear } from "../../nn/mod.ts";
import { type Adapter, graft, merge, unmerge } from "../../peft/mod.ts";
import { LAYERS, ramp, rampAdapter } from "./_ramp.ts";

const BASES = { r: 3, randlora_alpha: 6 };
const BANK = { r: 2, num_vectors: 6, vector_length: 2 };

const ADAPTERS: { readonly [name: string]: Adapter } = {
  vera: rampAdapter("vera", { r: 4, vera_dropout: 0.5 }),
  randlora: rampAdapter("randlora", { ...BASES, randlora_dropout: 0.5 }),
  vblora: rampAdapter("vblora", { ...BANK, vblora_dropout: 0.5 }),
};

async function distance(a: Tensor, b: Tensor): Promise<number> {
  return Math.max(...Array.from(await sub(a, b).data(), Math.abs));
}

for (const [name, adapter] of Object.entries(ADAPTERS)) {
  Deno.test(`${name}: can be taken out of a merged model again`, async () => {
    const back = new Map(treeEntries(unmerge(merge(LAYERS, adapter), adapter)));
    for (const [path, x] of treeEntries(LAYERS)) {
      assert(await distance(x, back.get(path)!) < 1e-5, path);
    }
  });

  Deno.test(`${name}: drops inputs with a key, and none without`, async () => {
    const x = ramp([3, 12]);
    const apply = (options: { readonly key?: Tensor } = {}): Tensor =>
      linear(graft(LAYERS, adapter, options).q, x);
    const merged = linear(merge(LAYERS, adapter).q, x);
    assert(await distance(apply(), merged) < 1e-5);
    assert(await distance(apply({ key: key(1) }), merged) > 1e-3);
    assert(await distance(apply({ key: key(1) }), apply({ key: key(2) })) > 1e-3);
  });

  Deno.test(`${name}: two adapters add up`, async () => {
    const x = ramp([3, 12]);
    const twice = linear(graft(graft(LAYERS, adapter), adapter).q, x);
    const [once, base] = [linear(graft(LAYERS, adapter).q, x), linear(LAYERS.q, x)];
    assert(await distance(add(twice, base), add(once, once)) < 1e-4);
  });

  Deno.test(`${name}: an adapter that a scope returns is whole`, async () => {
    const kept = await scope(() => rampAdapter(name, adapter.statics));
    const x = ramp([3, 12]);
    const of = (one: Adapter): Tensor => linear(graft(LAYERS, one).q, x);
    assert(await distance(of(kept), of(adapter)) < 1e-6);
  });
}
