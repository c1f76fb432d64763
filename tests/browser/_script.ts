import { type PageServer, servePage } from "../../examples/browser/serve.ts";
import { bundle } from "../../tools/bundle.ts";

let script: Promise<string> | null = null;

/** The bundle of everything, made once. */
export function wholeBundle(): Promise<string> {
  return script ??= bundle(new URL("../../browser.ts", import.meta.url));
}

/** Serves an empty page that can import a script as `/script.js`. */
export function serveScript(body: string): PageServer {
  return servePage(
    new Map([
      ["/", { type: "text/html", body: '<!DOCTYPE html><link rel="icon" href="data:,">' }],
      ["/script.js", { type: "text/javascript", body }],
    ]),
  );
}
