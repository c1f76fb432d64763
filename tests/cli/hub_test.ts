import { assertEquals, assertStringIncludes } from "@std/assert";
import { withFolder } from "../hub/_folder.ts";
import { startHub } from "../hub/_server.ts";
import { run } from "./_run.ts";

/** Sets variables of the environment while `use` runs. */
async function withEnvironment(
  variables: { readonly [name: string]: string },
  use: () => Promise<void>,
): Promise<void> {
  const before = Object.keys(variables).map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const [name, value] of Object.entries(variables)) Deno.env.set(name, value);
    await use();
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

const FILES = {
  "config.json": '{"model_type": "gpt2", "n_layer": 2}',
  // A file without tensors: the length of its header, and the header.
  "model.safetensors": "\x02\0\0\0\0\0\0\0{}",
};

Deno.test("graft info: fetches a hub id into the cache, and needs no network afterwards", () =>
  withFolder(async (cache) => {
    const hub = startHub(FILES);
    const variables = {
      HF_ENDPOINT: hub.endpoint,
      HF_HUB_CACHE: cache,
      HF_TOKEN: "",
      HF_HUB_OFFLINE: "",
    };
    await withEnvironment(variables, async () => {
      const { code, out, notes } = await run("info", "org/tiny");
      assertEquals(code, 0, notes);
      assertStringIncludes(out, "layers:         2\n");
      const missing = await run("info", "org/other");
      assertEquals([missing.code, missing.out], [1, ""]);
      assertStringIncludes(missing.notes, 'error: Cannot download "org/other" at revision "main"');
      assertStringIncludes(missing.notes, "check both names, or set HF_TOKEN");
      assertEquals(missing.notes.match(/\n/g)?.length, 1);
      await hub.close();
      assertEquals((await run("info", "org/tiny")).out, out);
      Deno.env.set("HF_HUB_OFFLINE", "1");
      assertEquals((await run("info", "org/tiny")).out, out);
    });
  }));
