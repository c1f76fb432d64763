import { assertEquals } from "@std/assert";

const root = `${import.meta.dirname}/../..`;

Deno.test("rooms: type-check in a program with Deno's own settings, imported by path", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--no-config", ...Object.values<string>(exports)],
    cwd: root,
    stdout: "null",
    stderr: "piped",
  }).output();
  assertEquals(success, true, new TextDecoder().decode(stderr));
});
