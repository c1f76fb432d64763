import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { FileFormatError, loadChatFormat, parseChatFormat } from "../../hub/mod.ts";
import { withFolder } from "./_folder.ts";

const TEMPLATE = "{{ bos_token }}{% for m in messages %}" +
  "{% if m.role == 'system' and not loop.first %}{{ raise_exception('system first') }}{% endif %}" +
  "[{{ m.role | upper }}] {{ m.content | trim }}{{ eos_token }}\n{% endfor %}" +
  "{% if add_generation_prompt %}[ASSISTANT] {% endif %}";

const CONFIG = { bos_token: "<s>", eos_token: { content: "</s>" } };

Deno.test("parseChatFormat: gives the text of transformers' apply_chat_template", () => {
  const format = parseChatFormat(TEMPLATE, CONFIG);
  const messages = [{ role: "system", content: "Be brief. " }, { role: "user", content: "Why?" }];
  const text = "<s>[SYSTEM] Be brief.</s>\n[USER] Why?</s>\n";
  assertEquals(format(messages), text + "[ASSISTANT] ");
  assertEquals(format(messages, { addGenerationPrompt: false }), text);
});

Deno.test("parseChatFormat: names the file whose template fails", () => {
  const format = parseChatFormat(TEMPLATE, CONFIG, "folder");
  const messages = [{ role: "user", content: "a" }, { role: "system", content: "b" }];
  assertThrows(() => format(messages), FileFormatError, '"folder": the chat template fails');
  assertThrows(() => parseChatFormat("{% for %}"), FileFormatError, "the chat template fails");
});

Deno.test("loadChatFormat: chat_template.jinja before tokenizer_config.json; null without", async () => {
  await withFolder(async (folder) => {
    const write = (config: unknown) =>
      Deno.writeTextFile(`${folder}/tokenizer_config.json`, JSON.stringify(config));
    assertEquals(await loadChatFormat(folder), null);
    await write({ chat_template: "old" });
    assertEquals((await loadChatFormat(folder))!([]), "old");
    await Deno.writeTextFile(`${folder}/chat_template.jinja`, "new");
    assertEquals((await loadChatFormat(folder))!([]), "new");
    await Deno.remove(`${folder}/chat_template.jinja`);
    await write({ chat_template: [{ name: "default", template: "listed" }] });
    assertEquals((await loadChatFormat(folder))!([]), "listed");
    await write({ chat_template: [] });
    await assertRejects(() => loadChatFormat(folder), FileFormatError, "is not text");
  });
});
