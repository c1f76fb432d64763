import { type Browser, chromium, type Page } from "npm:playwright-core@1.65.1";

const PLACES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const found = await findChromium();
const isRequired = Deno.env.get("GRAFT_REQUIRE_BROWSER") === "1";

if (found === null && !isRequired) {
  console.log(
    `skipped: tests of the browser, because there is no Chromium in ${PLACES.join(", ")}; ` +
      `GRAFT_CHROMIUM=path names another`,
  );
}

/** Whether tests that need a browser are skipped: there is none, and none is required. */
export const NO_BROWSER: boolean = found === null && !isRequired;

/** A test in a browser. */
export type BrowserTest = {
  readonly name: string;
  readonly ignore?: boolean;
  /** Whether the browser offers WebGPU. Default true; its adapter is software (SwiftShader). */
  readonly webgpu?: boolean;
  /** Runs on an empty page of its own. */
  readonly fn: (page: Page) => Promise<void>;
};

/** Browsers that are open, by whether they offer WebGPU: the tests of a file share them. */
const open = new Map<boolean, Promise<Browser>>();

Deno.test.afterAll(async () => {
  for (const browser of open.values()) await (await browser).close();
});

/** Makes a test that runs in Chromium, without a window. */
export function browserTest({ name, ignore = false, webgpu = true, fn }: BrowserTest): void {
  Deno.test({
    name,
    ignore: NO_BROWSER || ignore,
    sanitizeOps: false,
    sanitizeResources: false,
    fn: async () => {
      const browser = open.get(webgpu) ?? launch(webgpu);
      open.set(webgpu, browser);
      const page = await (await browser).newPage({ viewport: { width: 1200, height: 1000 } });
      page.on("pageerror", (error) => console.error(`the page fails: ${error.message}`));
      try {
        await fn(page);
      } finally {
        await page.close();
      }
    },
  });
}

async function launch(webgpu: boolean): Promise<Browser> {
  if (found === null) {
    throw new Error(`Cannot find Chromium: it is not in ${PLACES.join(", ")}; set GRAFT_CHROMIUM`);
  }
  const flag = webgpu ? "--enable-unsafe-webgpu" : "--disable-features=WebGPU,WebGPUService";
  return await chromium.launch({
    executablePath: found,
    headless: true,
    args: ["--no-sandbox", flag],
  });
}

async function findChromium(): Promise<string | null> {
  const named = Deno.env.get("GRAFT_CHROMIUM");
  for (const path of named ? [named] : PLACES) {
    if (await Deno.stat(path).then((stat) => stat.isFile, () => false)) return path;
  }
  return null;
}
