import { createHash } from "node:crypto";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** What a test asks of the stand-in for the hub. */
export type Hub = {
  readonly endpoint: string;
  readonly commit: string;
  /** Paths of the requests so far. */
  readonly requests: string[];
  /** The answer to everything, if not null. */
  failWith: number | null;
  /** Sends other bytes than the listing promises. */
  corrupt: boolean;
  /** Breaks every connection after so many bytes of a file, if not null. */
  dropAfter: number | null;
  /** Ranges of files that were asked for so far, "" for the whole. */
  readonly ranges: string[];
  close(): Promise<void>;
};

/** A server that answers the routes of the hub for the model "org/tiny" with these files. */
export function startHub(files: { readonly [path: string]: string }, token?: string): Hub {
  const requests: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    if (hub.failWith !== null) return new Response("no", { status: hub.failWith });
    if (token && request.headers.get("Authorization") !== `Bearer ${token}`) {
      return new Response("no", { status: 401 });
    }
    if (pathname === "/api/models/org/tiny/revision/main") {
      return Response.json({ _id: "1", id: "org/tiny", sha: COMMIT, lastModified: "2026-01-01" });
    }
    if (pathname === `/api/models/org/tiny/tree/${COMMIT}`) {
      return Response.json(Object.entries(files).map(([path, text]) => listing(path, text)));
    }
    const path = pathname.replace(`/org/tiny/resolve/${COMMIT}/`, "");
    const text = files[path];
    if (text === undefined) return new Response("no", { status: 404 });
    const range = request.headers.get("Range");
    if (range !== "bytes=0-0") hub.ranges.push(range ?? "");
    return send(hub.corrupt ? text.toUpperCase() : text, range, hub.dropAfter);
  });
  const hub: Hub = {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    commit: COMMIT,
    requests,
    failWith: null,
    corrupt: false,
    dropAfter: null,
    ranges: [],
    close: () => server.shutdown(),
  };
  return hub;
}

function listing(path: string, text: string): unknown {
  const size = text.length;
  const oid = createHash("sha1").update(`blob ${size}\0${text}`).digest("hex");
  if (!path.endsWith(".safetensors")) return { type: "file", path, size, oid };
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { type: "file", path, size, oid, lfs: { oid: sha256, size, pointerSize: 130 } };
}

function send(text: string, range: string | null, dropAfter: number | null): Response {
  const [, from, to] = range?.match(/^bytes=(\d+)-(\d+)$/) ?? [];
  const [start, end] = from === undefined ? [0, text.length] : [Number(from), Number(to) + 1];
  const part = new TextEncoder().encode(text.slice(start, end));
  const headers = { ETag: '"x"', "Content-Range": `bytes ${start}-${end - 1}/${text.length}` };
  const status = from === undefined ? 200 : 206;
  if (dropAfter === null || range === "bytes=0-0") return new Response(part, { status, headers });
  let sent = false;
  const broken = new ReadableStream({
    pull(controller) {
      if (sent) controller.close();
      else controller.enqueue(part.subarray(0, dropAfter));
      sent = true;
    },
  });
  const length = { "Content-Length": String(part.length) };
  return new Response(broken, { status, headers: { ...headers, ...length } });
}
