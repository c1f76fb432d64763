import type { Page } from "npm:playwright-core@1.65.1";

/** Milliseconds that anything may take: other programs may use the machine. */
const PATIENCE = 120_000;

/** A short run. */
export const QUICK = { steps: 5, batchSize: 2, seqLen: 64, rank: 4 };

/** Opens the page and waits for the base model; the names and notes of the device it chose. */
export async function openPage(
  page: Page,
  url: string,
): Promise<{ readonly device: string; readonly notes: string }> {
  page.on("pageerror", (error) => console.error(`the page fails: ${error.message}`));
  await page.goto(url);
  await untilState(page, "ready");
  return { device: await textOf(page, "device"), notes: await textOf(page, "notes") };
}

/** Trains on the text that the page offers; the perplexities of the result. */
export async function trainOn(
  page: Page,
  settings: { readonly [name: string]: number } = QUICK,
): Promise<{ readonly before: number; readonly after: number }> {
  await begin(page, settings);
  await untilState(page, "trained");
  const status = await textOf(page, "status");
  const numbers = status.match(/tenth ([\d.]+) before, ([\d.]+) after/);
  if (!numbers) throw new Error(`the page says "${status}"`);
  return { before: Number(numbers[1]), after: Number(numbers[2]) };
}

/** Fills in the settings and begins to train. */
export async function begin(
  page: Page,
  settings: { readonly [name: string]: number },
): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    await page.fill(`[name=${name}]`, String(value));
  }
  await page.click("#train");
}

/** Waits until the page is in a state; fails with the error that it shows instead. */
export async function untilState(page: Page, state: string): Promise<void> {
  await page.waitForSelector(`body[data-state="${state}"], #error:not([hidden])`, {
    timeout: PATIENCE,
  });
  if (await page.isVisible("#error")) throw new Error(await textOf(page, "error"));
}

/** The text of an element. */
export async function textOf(page: Page, id: string): Promise<string> {
  return await page.textContent(`#${id}`) ?? "";
}

/** What a picture looks like. */
export type Look = {
  readonly colors: number;
  /** Part of the picture that has the colour of its first pixel. */
  readonly blank: number;
};

/** Looks at a PNG, in the browser because it can decode it. */
export function lookAt(page: Page, png: Uint8Array): Promise<Look> {
  return page.evaluate(async (base64): Promise<Look> => {
    const response = await fetch(`data:image/png;base64,${base64}`);
    const image = await createImageBitmap(await response.blob());
    const context = new OffscreenCanvas(image.width, image.height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const pixels = new Uint32Array(data.buffer);
    const same = pixels.filter((pixel) => pixel === pixels[0]).length;
    return { colors: new Set(pixels).size, blank: same / pixels.length };
  }, btoa(Array.from(png, (byte) => String.fromCharCode(byte)).join("")));
}
