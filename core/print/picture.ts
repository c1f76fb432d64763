/** Pixels of a picture: rows of red, green and blue, 0 to 255. */
export type Pixels = {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
};

/** A matrix in colours: blue below zero, red above, white at zero, full at the greatest size. */
export function heatmap(values: ArrayLike<number>, height: number, width: number): Pixels {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (Number.isFinite(size)) most = Math.max(most, size);
  }
  const rgb = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) {
    const t = most === 0 ? 0 : Math.max(-1, Math.min(1, values[i]! / most));
    const faded = Math.round(255 * (1 - Math.abs(t)));
    const colour = Number.isNaN(t)
      ? [128, 128, 128]
      : t < 0
      ? [faded, faded, 255]
      : [255, faded, faded];
    rgb.set(colour, 3 * i);
  }
  return { width, height, rgb };
}

/** An image [C, H, W] of 1 or 3 channels; floats count from 0 to 1, integers from 0 to 255. */
export function image(
  values: ArrayLike<number>,
  [channels, height, width]: readonly [number, number, number],
  scale: number,
): Pixels {
  const area = height * width;
  const rgb = new Uint8Array(3 * area);
  for (let i = 0; i < area; i++) {
    for (let c = 0; c < 3; c++) {
      const value = values[(channels === 1 ? 0 : c) * area + i]! * scale;
      rgb[3 * i + c] = Math.max(0, Math.min(255, Math.round(value)));
    }
  }
  return { width, height, rgb };
}
