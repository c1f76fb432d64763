import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../hub/_folder.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

type Ended = { readonly code: number; readonly out: string; readonly notes: string };

async function run(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd,
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: decode(stdout), notes: decode(stderr) };
}

Deno.test("graft: can be installed from a checkout, and runs from anywhere", () =>
  withFolder(async (folder) => {
    const install = ["install", "-g", "-A", "-n", "graft", "--root", folder, "cli/main.ts"];
    const installed = await run(Deno.execPath(), install, ROOT);
    assertEquals(installed.code, 0, installed.notes);
    const graft = `${folder}/bin/graft`;
    const help = await run(graft, ["--help"], folder);
    assertEquals([help.code, help.notes], [0, ""]);
    assertStringIncludes(help.out, "finetune");
    const info = await run(graft, ["info"], folder);
    assertEquals([info.code, info.notes], [0, ""]);
    assertStringIncludes(info.out, "memory:");
    const base = await run(graft, ["info", `${ROOT}examples/base`], folder);
    assertEquals(base.code, 0, base.notes);
    assertStringIncludes(base.out, "gpt2");
  }));
