/**
 * `deno task bundle`: makes dist/graft.js, all of Graft that runs in a browser as one ES module, and
 * prints its size. The threads of the CPU backend need no second file: their code is in it as text.
 */
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
export async function sizeOfText(
  text: string,
): Promise<{ readonly bytes: number; readonly gzip: number }> {
  const body = new Blob([text]);
  const packed = body.stream().pipeThrough(new CompressionStream("gzip"));
  return { bytes: body.size, gzip: (await new Response(packed).arrayBuffer()).byteLength };
}

if (import.meta.main) {
  const show = async (name: string, text: string): Promise<void> => {
    const { bytes, gzip } = await sizeOfText(text);
    const kb = (count: number): string => `${(count / 1000).toFixed(1)} kB`.padStart(9);
    console.log(`${name.padEnd(36)} ${kb(bytes)} ${kb(gzip)} gzip`);
  };
  const whole = await bundle(new URL("browser.ts", ROOT));
  await Deno.mkdir(new URL("dist/", ROOT), { recursive: true });
  await Deno.writeTextFile(new URL("dist/graft.js", ROOT), whole);
  await show("dist/graft.js", whole);
  await show("  core, autodiff and kernels alone", await bundle(new URL("mod.ts", ROOT)));
}
