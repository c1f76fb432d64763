import type { Page } from "npm:playwright-core@1.65.1";

/** What a picture looks like. */
export type Look = {
  readonly colors: number;
  /** Part of the picture that has the colour of its first pixel. */
  readonly blank: number;
  /** Part of its columns in which a pixel has nearly the colour that is looked for. */
  readonly columns: number;
};

/** How far each of red, green and blue may be from the colour that is looked for. */
const NEAR = 40;

/** Looks at a PNG, and for a colour in it, in the browser because that can decode it. */
export function lookAt(
  page: Page,
  png: Uint8Array<ArrayBuffer>,
  color: readonly [red: number, green: number, blue: number] = [0, 0, 0],
): Promise<Look> {
  return page.evaluate(async ({ base64, color, near }): Promise<Look> => {
    const response = await fetch(`data:image/png;base64,${base64}`);
    const image = await createImageBitmap(await response.blob());
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext("2d")!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const pixels = new Uint32Array(data.buffer);
    const columns = new Set<number>();
    for (let i = 0; i < pixels.length; i++) {
      if (color.every((c, k) => Math.abs(c - data[4 * i + k]!) < near)) columns.add(i % width);
    }
    return {
      colors: new Set(pixels).size,
      blank: pixels.filter((pixel) => pixel === pixels[0]).length / pixels.length,
      columns: columns.size / width,
    };
  }, { base64: png.toBase64(), color, near: NEAR });
}
