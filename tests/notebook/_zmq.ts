/** A socket of ZeroMQ: messages are lists of frames. */
export type Socket = {
  readonly send: (frames: readonly Uint8Array[]) => Promise<void>;
  readonly receive: () => Promise<Uint8Array<ArrayBuffer>[]>;
  readonly close: () => void;
};

const MORE = 1;
const LONG = 2;
const COMMAND = 4;
const MECHANISM_AT = 12;

/**
 * Connects to a socket by ZMTP 3.0, without encryption.
 *
 * @see https://rfc.zeromq.org/spec/23/
 */
export async function connectSocket(type: "DEALER" | "SUB", port: number): Promise<Socket> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const read = byteReader(connection);
  const readFrame = async (): Promise<readonly [flags: number, body: Uint8Array<ArrayBuffer>]> => {
    const flags = (await read(1))[0]!;
    const length = flags & LONG
      ? Number(new DataView((await read(8)).buffer).getBigUint64(0))
      : (await read(1))[0]!;
    return [flags, await read(length)];
  };
  const write = (bytes: Uint8Array): Promise<void> => writeAll(connection, bytes);
  await write(greeting());
  await read(64);
  await write(frame(COMMAND, readyCommand(type)));
  await readFrame(); // the other side is ready
  if (type === "SUB") await write(frame(0, Uint8Array.of(1))); // to everything
  return {
    send: async (frames) => {
      const last = frames.length - 1;
      await write(joined(frames.map((body, i) => frame(i < last ? MORE : 0, body))));
    },
    receive: async () => {
      const frames: Uint8Array<ArrayBuffer>[] = [];
      for (;;) {
        const [flags, body] = await readFrame();
        if (flags & COMMAND) continue;
        frames.push(body);
        if (!(flags & MORE)) return frames;
      }
    },
    close: () => connection.close(),
  };
}

function greeting(): Uint8Array {
  const bytes = new Uint8Array(64);
  bytes.set([0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f, 3, 0]);
  bytes.set(new TextEncoder().encode("NULL"), MECHANISM_AT);
  return bytes;
}

function readyCommand(type: string): Uint8Array {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value);
  const short = (value: string): Uint8Array => joined([Uint8Array.of(value.length), text(value)]);
  return joined([
    short("READY"),
    short("Socket-Type"),
    Uint8Array.of(0, 0, 0, type.length),
    text(type),
    short("Identity"),
    new Uint8Array(4),
  ]);
}

function frame(flags: number, body: Uint8Array): Uint8Array {
  if (body.length < 256) return joined([Uint8Array.of(flags, body.length), body]);
  const head = new DataView(new ArrayBuffer(9));
  head.setUint8(0, flags | LONG);
  head.setBigUint64(1, BigInt(body.length));
  return joined([new Uint8Array(head.buffer), body]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads exactly as many bytes as are asked for. */
function byteReader(connection: Deno.Conn): (count: number) => Promise<Uint8Array<ArrayBuffer>> {
  return async (count) => {
    const bytes = new Uint8Array(count);
    for (let at = 0; at < count;) {
      const got = await connection.read(bytes.subarray(at));
      if (got === null) throw new Error("The kernel has closed the connection");
      at += got;
    }
    return bytes;
  };
}
