import { assertEquals, assertRejects } from "@std/assert";
import { key, setDevice, zeros } from "../../mod.ts";
import { lora } from "../../peft/mod.ts";
import { loadAdapter, saveAdapter } from "../../train/adapter_folder.ts";

setDevice("reference");

const PARAMS = { q: { weight: zeros([4, 3]) } };

Deno.test("saveAdapter: loadAdapter reads it back", async () => {
  const folder = `${await Deno.makeTempDir()}/adapter`;
  const adapter = lora.init(key(0), PARAMS, { r: 2, target_modules: ["q"] });
  await saveAdapter(folder, adapter, { base_model_name_or_path: "base" });
  const read = await loadAdapter(folder, PARAMS) as unknown as typeof adapter;
  assertEquals(read.statics, { ...adapter.statics, base_model_name_or_path: "base" });
  const { lora_A } = read.fields.modules.q!;
  assertEquals(
    await lora_A!.weight.data(),
    await adapter.fields.modules.q!.lora_A!.weight.data(),
  );
  await assertRejects(
    () => loadAdapter(folder, { k: PARAMS.q }),
    Error,
    `Cannot load the adapter in "${folder}": Cannot adapt target_modules ["q"]`,
  );
  await Deno.writeTextFile(`${folder}/adapter_config.json`, "{}");
  await assertRejects(() => loadAdapter(folder, PARAMS), Error, "peft_type is missing");
});
