import { assertEquals } from "@std/assert";

const root = new URL("../../", import.meta.url);

/** Serves the repository's files. */
async function serveFile(request: Request): Promise<Response> {
  const path = new URL(`.${new URL(request.url).pathname}`, root);
  try {
    const type = path.pathname.endsWith(".ts") ? "application/typescript" : "text/plain";
    return new Response(await Deno.readFile(path), { headers: { "content-type": type } });
  } catch {
    return new Response("not found", { status: 404 });
  }
}

Deno.test("mod.ts: is importable by URL, from outside and without an import map", async () => {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, serveFile);
  const dir = await Deno.makeTempDir();
  const base = `http://127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(
    `${dir}/program.ts`,
    `import { add, jit, tensor, type Tensor } from "${base}/mod.ts";
     import { grad } from "${base}/autodiff/mod.ts";
     import { lora } from "${base}/peft/mod.ts";
     import { gpt2Family } from "${base}/models/mod.ts";
     const f = jit((x: Tensor) => add(x, 1));
     console.log(await f(tensor(1)).item(), typeof grad, lora.name, gpt2Family.name);`,
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", "--no-check", "--no-lock", `--reload=${base}`, "program.ts"],
    cwd: dir,
    stdout: "piped",
    stderr: "piped",
  }).output();
  await server.shutdown();
  await Deno.remove(dir, { recursive: true });
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).trim();
  assertEquals(decode(stdout), "2 function lora gpt2", decode(stderr));
});
