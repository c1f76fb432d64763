import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import type { Page } from "npm:playwright-core@1.65.1";
import { buildPage, servePage } from "../../examples/browser/serve.ts";
import { registeredDevices } from "../../mod.ts";
import { type BrowserTest, browserTest, NO_BROWSER } from "./_chromium.ts";
import { lookAt } from "./_look.ts";
import { begin, openPage, QUICK, textOf, trainOn, untilState } from "./_page.ts";

const files = NO_BROWSER ? new Map() : await buildPage();

/** Runs `fn` on the page, served with or without the headers that let threads share memory. */
function pageTest(
  name: string,
  options: Pick<BrowserTest, "ignore" | "webgpu"> & {
    readonly query?: string;
    readonly isolated?: boolean;
    /** What the worker runs before its own code. */
    readonly sabotage?: string;
  },
  fn: (page: Page, url: string) => Promise<void>,
): void {
  const { query = "", isolated = true, sabotage = "", ...browser } = options;
  browserTest({
    name,
    ...browser,
    fn: async (page) => {
      const worker = files.get("/worker.js")!;
      const body = sabotage + worker.body;
      const server = servePage(new Map([...files, ["/worker.js", { ...worker, body }]]), {
        isolated,
      });
      try {
        await fn(page, server.url + query);
      } finally {
        await server.close();
      }
    },
  });
}

/** The colour of the curve where it is light: --accent in style.css. */
const ACCENT = [0x11, 0x69, 0x6b] as const;

/** The folder that pictures of the page are kept in, if one is named, for people to look at. */
const PICTURES = Deno.env.get("GRAFT_SCREENSHOTS");

/** What the run of QUICK gives on the processor, however many threads there are. */
let onProcessor: { readonly before: number; readonly after: number } | null = null;

pageTest(
  "page: trains on WASM threads, and its adapter writes the same text in the graft command",
  { query: "?device=cpu" },
  async (page, url) => {
    const { device } = await openPage(page, url);
    assertEquals(await drawnColumns(page), 0);
    if (navigator.hardwareConcurrency > 1) assert(/WASM SIMD.*, \d+ threads/.test(device), device);
    onProcessor = await trainOn(page);
    assert(onProcessor.after < onProcessor.before, JSON.stringify(onProcessor));
    await page.fill("#tokens", "12");
    await page.click("#generate");
    await untilState(page, "trained");
    const written = await textOf(page, "after");
    assert(written.startsWith("The whale") && written.length > 20, written);
    const folder = await Deno.makeTempDir();
    try {
      await lookAtPage(page, PICTURES && `${PICTURES}/wasm.png`);
      assertEquals(await save(page, folder), ["adapter_config.json", "adapter_model.safetensors"]);
      assertEquals(await generate(folder), written);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

pageTest(
  "page: trains on one thread where memory cannot be shared, says so, and gives the same numbers",
  { query: "?device=cpu", isolated: false },
  async (page, url) => {
    const { device, notes } = await openPage(page, url);
    assertStringIncludes(device, "1 thread");
    assertStringIncludes(notes, "not cross-origin isolated");
    const result = await trainOn(page);
    if (onProcessor) assertEquals(result, onProcessor);
  },
);

pageTest(
  "page: falls back to one thread where there is no adapter either, and says both",
  { query: "?device=webgpu", isolated: false, webgpu: false },
  async (page, url) => {
    const { device, notes } = await openPage(page, url);
    assertStringIncludes(device, "1 thread");
    assertStringIncludes(notes, "not on WebGPU: no adapter was found");
    assertStringIncludes(notes, "not cross-origin isolated");
  },
);

pageTest(
  "page: falls back to WASM where an adapter gives no device, and says so",
  {
    query: "?device=webgpu",
    sabotage: 'GPUAdapter.prototype.requestDevice = async () => { throw new Error("no more"); };',
  },
  async (page, url) => {
    const { device, notes } = await openPage(page, url);
    assertStringIncludes(device, "WASM SIMD");
    assertStringIncludes(notes, "not on WebGPU: ");
    assertStringIncludes(notes, "refuses one (no more)");
  },
);

pageTest("page: a software adapter is not taken unasked", {}, async (page, url) => {
  const { device, notes } = await openPage(page, url);
  assertStringIncludes(device, "WASM SIMD");
  assertStringIncludes(notes, "not on WebGPU: ");
});

pageTest("page: stops when it is told to, and keeps what it has", {}, async (page, url) => {
  await openPage(page, url);
  await begin(page, { ...QUICK, steps: 5000 });
  await page.waitForFunction(() =>
    /^Step \d/.test(document.getElementById("status")!.textContent!)
  );
  await page.click("#stop");
  await untilState(page, "trained");
  assert(/^\d{1,3} steps of/.test(await textOf(page, "status")));
  assertEquals(await page.locator("#files a").count(), 2);
});

pageTest("page: a text that is too short is refused in words", {}, async (page, url) => {
  await openPage(page, url);
  await page.fill("#text", "Call me Ishmael.");
  await page.click("#train");
  await page.waitForSelector("#error:not([hidden])");
  assertStringIncludes(await textOf(page, "error"), "paste a longer text");
  assertEquals(await page.getAttribute("body", "data-state"), "ready");
});

pageTest(
  "page: trains and writes on WebGPU as on the processor",
  { query: "?device=webgpu", ignore: !registeredDevices().includes("webgpu") },
  async (page, url) => {
    const { device, notes } = await openPage(page, url);
    assert(device.startsWith("WebGPU"), `${device}: ${notes}`);
    const result = await trainOn(page);
    if (onProcessor) {
      assertAlmostEquals(result.before, onProcessor.before, 0.01 * onProcessor.before);
      assertAlmostEquals(result.after, onProcessor.after, 0.01 * onProcessor.after);
    }
    await page.fill("#tokens", "4");
    await page.click("#generate");
    await untilState(page, "trained");
    assert((await textOf(page, "after")).startsWith("The whale"));
    await lookAtPage(page, PICTURES && `${PICTURES}/webgpu.png`);
  },
);

/** A picture of the page, which must show a page, and of its chart, which must show a curve. */
async function lookAtPage(page: Page, path: string | undefined): Promise<void> {
  const picture = await page.screenshot({ fullPage: true });
  if (path) await Deno.writeFile(path, picture);
  const { colors, blank } = await lookAt(page, new Uint8Array(picture));
  assert(colors > 100 && blank < 0.9, `${colors} colours, ${blank} blank`);
  const columns = await drawnColumns(page);
  assert(columns > 0.2, `the curve is in ${columns} of the columns`);
}

/** Part of the chart's columns in which there is a curve. */
async function drawnColumns(page: Page): Promise<number> {
  const picture = await page.locator("#chart canvas").screenshot();
  return (await lookAt(page, new Uint8Array(picture), ACCENT)).columns;
}

/** Clicks every file that the page offers; their names. */
async function save(page: Page, folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const link of await page.locator("#files a").all()) {
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    names.push(download.suggestedFilename());
    await download.saveAs(`${folder}/${download.suggestedFilename()}`);
  }
  return names.sort();
}

/** What the command writes with the adapter, drawing as the page does. */
async function generate(adapter: string): Promise<string> {
  const root = new URL("../../", import.meta.url);
  const args = ["generate", "--model", "examples/base", "--adapter", adapter];
  const drawing = [
    "--max-new-tokens",
    "12",
    "--temperature",
    "0.8",
    "--top-k",
    "40",
    "--seed",
    "3",
  ];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "cli/main.ts", ...args, "--prompt", "The whale", ...drawing],
    cwd: root,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).replace(/\n$/, "");
}
