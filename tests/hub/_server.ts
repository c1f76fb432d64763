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
    return send(hub.corrupt ? text.toUpperCase() : text, request.headers.get("Range"));
  });
  const hub: Hub = {
    endpoint: `http://127.0.0.1:${server.addr.port}`,
    commit: COMMIT,
    requests,
    failWith: null,
    corrupt: false,
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

function send(text: string, range: string | null): Response {
  const headers = { ETag: '"x"', "Content-Range": `bytes 0-0/${text.length}` };
  if (range === "bytes=0-0") return new Response(text[0] ?? "", { status: 206, headers });
  return new Response(text);
}
