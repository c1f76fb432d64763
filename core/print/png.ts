import type { Pixels } from "./picture.ts";

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Bits a channel, red, green and blue, and the one method of each other kind that there is. */
const RGB_8 = [8, 2, 0, 0, 0];

/**
 * A picture as a data URL of a PNG.
 *
 * @see https://www.w3.org/TR/png-3/
 */
export async function pngUrl({ width, height, rgb }: Pixels): Promise<string> {
  const row = 3 * width;
  const filtered = new Uint8Array((row + 1) * height); // every row begins with its filter: 0, none
  for (let y = 0; y < height; y++) {
    filtered.set(rgb.subarray(y * row, (y + 1) * row), y * (row + 1) + 1);
  }
  const size = new DataView(new ArrayBuffer(8));
  size.setUint32(0, width);
  size.setUint32(4, height);
  const bytes = Uint8Array.from([
    ...SIGNATURE,
    ...chunk("IHDR", [...new Uint8Array(size.buffer), ...RGB_8]),
    ...chunk("IDAT", await deflated(filtered)),
    ...chunk("IEND", []),
  ]);
  return `data:image/png;base64,${bytes.toBase64()}`;
}

/** Length, name and data, and the check sum of the latter two. */
function chunk(name: string, data: Iterable<number>): Uint8Array {
  const body = Uint8Array.from([...new TextEncoder().encode(name), ...data]);
  const bytes = new Uint8Array(body.length + 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length - 4);
  bytes.set(body, 4);
  view.setUint32(body.length + 4, checkSum(body));
  return bytes;
}

/** CRC-32: the remainder of the bits by a polynomial, whose bits come lowest first. */
function checkSum(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
