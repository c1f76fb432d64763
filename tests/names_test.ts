import { assertEquals } from "@std/assert";
import { namesPage } from "../tools/names.ts";

Deno.test("docs/names.md says what can be imported: `deno task names` brings it up to date", async () => {
  const page = await Deno.readTextFile(new URL("../docs/names.md", import.meta.url));
  assertEquals(page, namesPage());
});
