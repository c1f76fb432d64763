/**
 * `deno task bundle`: makes dist/graft.js, all of Graft that runs in a browser as one ES module, and
 * prints its size and the sizes of its parts. The threads of the CPU backend need no second file:
 * their code is in it as text.
 */
import { gzipSync } from "node:zlib";

const ROOT = new URL("../", import.meta.url);
const THREAD = new URL("kernels/wasm/pool/worker.ts", ROOT);

/** How kernels/wasm/pool/ports.ts names the code of a thread, after minifying. */
const THREAD_URL = 'new URL("./worker.ts",import.meta.url)';

/** A module with all that it imports, minified, as text. */
export async function bundle(entry: URL): Promise<string> {
  const text = await bundleFile(entry);
  const parts = text.split(THREAD_URL);
  if (parts.length === 1) return text;
  const source = JSON.stringify(await bundleFile(THREAD));
  return parts.join(`new URL(URL.createObjectURL(new Blob([${source}],{type:"text/javascript"})))`);
}

async function bundleFile(entry: URL): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", "--no-check", entry.href],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`Cannot bundle "${entry.pathname}": ${new TextDecoder().decode(stderr)}`);
}

/** Bytes of a text, as it is and compressed as servers send it. */
export function sizeOfText(text: string): { readonly bytes: number; readonly gzip: number } {
  const body = new TextEncoder().encode(text);
  return { bytes: body.length, gzip: gzipSync(body, { level: 9 }).length };
}

/** Entries of bundles of less than everything, by what is in them. */
export const PARTS: { readonly [name: string]: URL } = {
  "core and autodiff with the CPU's kernels": new URL("tools/entries/cpu.ts", ROOT),
  "core and autodiff with WebGPU's kernels": new URL("tools/entries/webgpu.ts", ROOT),
  "both devices and 30 functions of the core": new URL("tools/entries/usual.ts", ROOT),
  "core and autodiff with both (mod.ts)": new URL("mod.ts", ROOT),
};

if (import.meta.main) {
  const show = (name: string, text: string): void => {
    const { bytes, gzip } = sizeOfText(text);
    const kb = (count: number): string => `${(count / 1000).toFixed(1)} kB`.padStart(9);
    console.log(`${name.padEnd(44)} ${kb(bytes)} ${kb(gzip)} gzip`);
  };
  const whole = await bundle(new URL("browser.ts", ROOT));
  await Deno.mkdir(new URL("dist/", ROOT), { recursive: true });
  await Deno.writeTextFile(new URL("dist/graft.js", ROOT), whole);
  show("dist/graft.js, everything", whole);
  for (const [name, entry] of Object.entries(PARTS)) show(`  ${name}`, await bundle(entry));
}
