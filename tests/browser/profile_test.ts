import { assert, assertEquals } from "@std/assert";
import { browserTest } from "./_chromium.ts";
import { serveScript, wholeBundle } from "./_script.ts";

browserTest({
  name: "profile: times kernels in a browser, on WebGPU and on the CPU",
  fn: async (page) => {
    const server = serveScript(await wholeBundle());
    try {
      await page.goto(server.url);
      for (const device of ["webgpu", "cpu"]) {
        const { text, rows, tracks } = await page.evaluate(profileIn, device);
        const dots = rows.filter(({ kind }) => kind === "dot");
        assertEquals(dots.map(({ count }) => count), [3], text);
        assert(rows.every(({ ms }) => ms >= 0), text);
        assert(text.includes(`\n${device}: `), text);
        assertEquals(tracks, [1, 2], text);
      }
    } finally {
      await server.close();
    }
  },
});

type Profiled = {
  readonly text: string;
  readonly rows: readonly { readonly kind: string; readonly count: number; readonly ms: number }[];
  readonly tracks: readonly number[];
};

/** Runs in the page: three products, profiled. */
async function profileIn(device: string): Promise<Profiled> {
  const graft = await import("/script.js" as string);
  await graft.init({ device });
  const f = graft.jit((x: unknown) => graft.matmul(x, x));
  const x = graft.normal(graft.key(0), [96, 96]);
  await graft.evaluate(x, f(x));
  const result = await graft.profile(async () => {
    for (let i = 0; i < 3; i++) await f(x).data();
  });
  const events: { tid: number; ph: string }[] = result.trace().traceEvents;
  const tracks = new Set(events.filter(({ ph }) => ph === "X").map(({ tid }) => tid));
  return { text: `${result}`, rows: result.rows, tracks: [...tracks].sort() };
}
