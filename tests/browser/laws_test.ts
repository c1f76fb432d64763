import { assertEquals } from "@std/assert";
import { bundle } from "../../tools/bundle.ts";
import { browserTest } from "./_chromium.ts";
import { serveScript } from "./_script.ts";

/** Cases of every primitive; GRAFT_RUNS makes them more. */
const CASES = Number(Deno.env.get("GRAFT_RUNS") ?? 2);

browserTest({
  name: "webgpuBackend: agrees with the reference on every primitive in a browser",
  fn: async (page) => {
    const body = await bundle(new URL("./_laws_entry.ts", import.meta.url));
    const server = serveScript(body);
    try {
      await page.goto(server.url);
      const found = await page.evaluate(async (count) => {
        const { differences } = await import("/script.js" as string);
        return await differences(count) as string[];
      }, CASES);
      assertEquals(found, []);
    } finally {
      await server.close();
    }
  },
});
