/**
 * `deno task browser`: bundles the page and serves it on this machine, with the headers that let
 * threads share memory.
 */
import { parseArgs } from "@std/cli/parse-args";
import plotStyle from "npm:uplot@1.6.32/dist/uPlot.min.css" with { type: "text" };
import { bundle } from "../../tools/bundle.ts";
import { chapters } from "../pretrain/texts.ts";

const HERE = new URL("./", import.meta.url);
const BASE = new URL("../base/", import.meta.url);
const MODEL_FILES = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

/** Characters of Moby-Dick that the page offers, and what comes before its first chapter. */
const OFFERED = 120_000;
const FRONT_MATTER = 3;

/** A file of the page. */
export type PageFile = { readonly type: string; readonly body: BodyInit };

/** Every file of the page by its path; scripts are bundled anew. */
export async function buildPage(): Promise<ReadonlyMap<string, PageFile>> {
  const read = (url: URL): Promise<Uint8Array<ArrayBuffer>> => Deno.readFile(url);
  const [main, worker] = await Promise.all(
    ["main.ts", "worker.ts"].map((name) => bundle(new URL(name, HERE))),
  );
  const files: [string, PageFile][] = [
    ["/", { type: "text/html", body: await read(new URL("index.html", HERE)) }],
    ["/style.css", { type: "text/css", body: await read(new URL("style.css", HERE)) }],
    ["/uplot.css", { type: "text/css", body: plotStyle }],
    ["/main.js", { type: "text/javascript", body: main! }],
    ["/worker.js", { type: "text/javascript", body: worker! }],
    ["/text.txt", { type: "text/plain; charset=utf-8", body: firstChapters() }],
  ];
  for (const name of MODEL_FILES) {
    const type = name.endsWith(".json") ? "application/json" : "application/octet-stream";
    files.push([`/base/${name}`, { type, body: await read(new URL(name, BASE)) }]);
  }
  return new Map(files);
}

function firstChapters(): string {
  let text = "";
  for (const chapter of chapters().slice(FRONT_MATTER)) {
    if (text.length + chapter.length > OFFERED) break;
    text += `${chapter}\n\n`;
  }
  return text;
}

/** A server of the page. */
export type PageServer = { readonly url: string; readonly close: () => Promise<void> };

/**
 * Serves the page on this machine.
 *
 * @param options `port`: 0 for any that is free; `isolated`: whether the headers are sent that let
 * threads share memory, default true
 */
export function servePage(
  files: ReadonlyMap<string, PageFile>,
  options: { readonly port?: number; readonly isolated?: boolean } = {},
): PageServer {
  const { port = 0, isolated = true } = options;
  const isolation = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  };
  const server = Deno.serve({ port, hostname: "localhost", onListen: () => {} }, (request) => {
    const file = files.get(new URL(request.url).pathname);
    if (!file) return new Response("There is no such file", { status: 404 });
    const headers = { "Content-Type": file.type, "Cache-Control": "no-store" };
    return new Response(file.body, { headers: isolated ? { ...headers, ...isolation } : headers });
  });
  return { url: `http://localhost:${server.addr.port}/`, close: () => server.shutdown() };
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["port"], default: { port: "8000" } });
  const { url } = servePage(await buildPage(), { port: Number(args.port) });
  console.log(`Graft in the browser: ${url}`);
}
