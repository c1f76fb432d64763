import { key } from "../../core/mod.ts";
import { turn } from "../../core/internal.ts";
import { stream } from "../../models/mod.ts";
import { type Adapter, graft } from "../../peft/mod.ts";
import type { BaseModel } from "./base_model.ts";
import type { Side } from "./protocol.ts";

/** Told with every token: the text of a side so far, and its tokens a second. */
export type OnText = (side: Side, text: string, speed: number) => void;

type Writer = {
  readonly side: Side;
  readonly steps: AsyncGenerator<{ readonly ids: readonly number[] }>;
  readonly ids: number[];
  seconds: number;
};

/**
 * Continues a prompt without the adapter and with it, in turns, so that both can be watched. Both
 * draw with the same random numbers.
 */
export async function write(
  { model, tokenizer, generator }: BaseModel,
  adapter: Adapter | null,
  options: { readonly prompt: string; readonly tokens: number; readonly onText: OnText },
): Promise<void> {
  const prompt = tokenizer.encode(options.prompt, { addSpecialTokens: false });
  if (prompt.length === 0) {
    throw new RangeError("Cannot continue an empty text; write a word or two");
  }
  const begin = (side: Side, params: typeof model.params): Writer => ({
    side,
    steps: stream(generator, params, {
      prompts: { input_ids: [prompt] },
      max_new_tokens: options.tokens,
      do_sample: true,
      temperature: 0.8,
      top_k: 40,
      key: key(3),
    }),
    ids: [],
    seconds: 0,
  });
  let writers = [begin("before", model.params)];
  if (adapter) writers.push(begin("after", graft(model.params, adapter)));
  while (writers.length > 0) {
    const going: Writer[] = [];
    for (const writer of writers) {
      const began = performance.now();
      const { value, done } = await writer.steps.next();
      writer.seconds += (performance.now() - began) / 1000;
      if (done) continue;
      going.push(writer);
      writer.ids.push(value.ids[0]!);
      options.onText(
        writer.side,
        tokenizer.decode([...prompt, ...writer.ids]),
        writer.ids.length / writer.seconds,
      );
    }
    writers = going;
    await turn();
  }
}
