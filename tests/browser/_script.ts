import { type PageServer, servePage } from "../../examples/browser/serve.ts";
import { bundle } from "../../tools/bundle.ts";

let script: Promise<string> | null = null;

/** The bundle of everything, made once. */
export function wholeBundle(): Promise<string> {
  return script ??= bundle(new URL("../../browser.ts", import.meta.url));
}

/** Serves an empty page that can import `/graft.js`. */
export async function serveBundle(): Promise<PageServer> {
  const body = await wholeBundle();
  return servePage(
    new Map([
      ["/", { type: "text/html", body: "<!DOCTYPE html><title>graft</title>" }],
      ["/graft.js", { type: "text/javascript", body }],
    ]),
  );
}
