import type { Page } from "npm:playwright-core@1.65.1";

/** Milliseconds that anything may take: other programs may use the machine. */
const PATIENCE = 120_000;

/**
 * A short run, and the characters of the text that it learns from: so many that whole batches are
 * held out, because programs for a smaller one would have to be compiled too.
 */
export const QUICK = { steps: 4, batchSize: 2, seqLen: 16, rank: 4, lr: 0.01 };
const TEXT_LENGTH = 2800;

/** Opens the page and waits for the base model; the names and notes of the device it chose. */
export async function openPage(
  page: Page,
  url: string,
): Promise<{ readonly device: string; readonly notes: string }> {
  await page.goto(url);
  await untilState(page, "ready");
  return { device: await textOf(page, "device"), notes: await textOf(page, "notes") };
}

/** Trains on the beginning of the text that the page offers; the perplexities of the result. */
export async function trainOn(
  page: Page,
): Promise<{ readonly before: number; readonly after: number }> {
  await begin(page, QUICK);
  await untilState(page, "trained");
  const status = await textOf(page, "status");
  const numbers = status.match(/tenth ([\d.]+) before, ([\d.]+) after/);
  if (!numbers) throw new Error(`the page says "${status}"`);
  return { before: Number(numbers[1]), after: Number(numbers[2]) };
}

/** Shortens the text, fills in the settings and begins to train. */
export async function begin(
  page: Page,
  settings: { readonly [name: string]: number },
): Promise<void> {
  await page.fill("#text", (await page.inputValue("#text")).slice(0, TEXT_LENGTH));
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
