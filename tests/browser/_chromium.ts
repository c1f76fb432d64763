import { type Browser, chromium } from "npm:playwright-core@1.65.1";

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

/**
 * Starts Chromium without a window. Its WebGPU adapter is software (SwiftShader).
 *
 * @throws {Error} if there is none
 */
export async function launchChromium(): Promise<Browser> {
  if (found === null) {
    throw new Error(`Cannot find Chromium: it is not in ${PLACES.join(", ")}; set GRAFT_CHROMIUM`);
  }
  return await chromium.launch({
    executablePath: found,
    headless: true,
    args: ["--no-sandbox", "--enable-unsafe-webgpu"],
  });
}

async function findChromium(): Promise<string | null> {
  const named = Deno.env.get("GRAFT_CHROMIUM");
  for (const path of named ? [named] : PLACES) {
    if (await Deno.stat(path).then((stat) => stat.isFile, () => false)) return path;
  }
  return null;
}
