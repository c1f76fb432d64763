import { assert, assertEquals } from "@std/assert";
import { servePage } from "../../examples/browser/serve.ts";
import { bundle, sizeOfText } from "../../tools/bundle.ts";
import { launchChromium, NO_BROWSER } from "./_chromium.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("bundle: core, autodiff and kernels are under 150 kB, compressed", async () => {
  const { gzip } = await sizeOfText(await bundle(new URL("mod.ts", ROOT)));
  assert(gzip < 150_000, `${gzip} bytes`);
});

Deno.test("bundle: everything is one file, and works as a module of Deno", async () => {
  const text = await bundle(new URL("browser.ts", ROOT));
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

Deno.test({
  name: "bundle: starts its threads in a browser without another file",
  ignore: NO_BROWSER,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    const script = await bundle(new URL("browser.ts", ROOT));
    const server = servePage(
      new Map([
        ["/", { type: "text/html", body: "<!DOCTYPE html><title>graft</title>" }],
        ["/graft.js", { type: "text/javascript", body: script }],
      ]),
    );
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      await page.goto(server.url);
      const started = page.waitForEvent("worker");
      started.catch(() => {}); // there is none on a machine with one processor
      const found = await page.evaluate(async () => {
        const graft = await import("/graft.js" as string);
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
      await browser.close();
      await server.close();
    }
  },
});
