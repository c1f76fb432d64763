import { assert, assertEquals } from "@std/assert";
import { bundle, PARTS, sizeOfText } from "../../tools/bundle.ts";
import { browserTest } from "./_chromium.ts";
import { serveScript, wholeBundle } from "./_script.ts";

/** Bytes of what a page without models loads, compressed: with one device, and with both. */
const LIMIT = 150_000;
const LIMIT_OF_BOTH = 190_000;

for (const [name, entry] of Object.entries(PARTS)) {
  const limit = name.includes("mod.ts") ? LIMIT_OF_BOTH : LIMIT;
  Deno.test(`bundle: ${name} are under ${limit / 1000} kB, compressed`, async () => {
    const { gzip } = sizeOfText(await bundle(entry));
    assert(gzip < limit, `${gzip} bytes`);
  });
}

Deno.test("bundle: everything is one file, and works as a module of Deno", async () => {
  const text = await wholeBundle();
  assert(!/\bfrom"|\bimport"/.test(text), "the file imports another");
  assert(!text.includes("import.meta.url"), "the file looks for another");
  const path = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(path, text);
    const { grad, mul, sum, tensor, peft } = await import(`file://${path}`);
    const slope = grad((x: unknown) => sum(mul(x, x)))(tensor([1, 2]));
    assertEquals([...await slope.data()], [2, 4]);
    assertEquals(peft.lora.name, "lora");
  } finally {
    await Deno.remove(path);
  }
});

browserTest({
  name: "bundle: starts its threads in a browser without another file",
  fn: async (page) => {
    const server = serveScript(await wholeBundle());
    try {
      await page.goto(server.url);
      const started = page.waitForEvent("worker");
      started.catch(() => {}); // there is none on a machine with one processor
      const found = await page.evaluate(async () => {
        const graft = await import("/script.js" as string);
        const x = graft.ones([512, 512]);
        let y = x;
        for (let i = 0; i < 40; i++) {
          y = graft.mul(graft.matmul(y, x), 1 / 512);
          await graft.evaluate(y);
        }
        return { value: (await y.data())[5], device: graft.currentBackend().describe() };
      });
      assertEquals(found.value, 1);
      if (!/ 1 thread$/.test(found.device)) assert((await started).url().startsWith("blob:"));
    } finally {
      await server.close();
    }
  },
});
