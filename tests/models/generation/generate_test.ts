import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { relativeError } from "../../golden/compare.ts";
import {
  argmax,
  concatenate,
  key,
  memory,
  setDevice,
  type Tensor,
  tensor,
  zeros,
} from "../../../mod.ts";
import {
  generate,
  generativeModel,
  gpt2CausalLm,
  gpt2Family,
  stream,
} from "../../../models/mod.ts";
import { type Gpt2Case, openCase, rowsOf } from "../_gpt2_case.ts";

setDevice("reference");

async function setup(): Promise<Gpt2Case & Awaited<ReturnType<typeof promptsOf>>> {
  const one = await openCase("gpt2-causal-lm");
  return { ...one, ...await promptsOf(one) };
}

async function promptsOf({ config, io }: Gpt2Case) {
  const prompts = {
    input_ids: await rowsOf(io.get("in.prompt.input_ids")),
    attention_mask: await rowsOf(io.get("in.prompt.attention_mask")),
  };
  return { prompts, model: generativeModel(gpt2Family, config) };
}

Deno.test("stream: greedy ids and logits of the golden case, from left-padded prompts", async () => {
  const { model, params, prompts, io } = await setup();
  const expected = await rowsOf(io.get("gen.greedy"));
  const golden = io.get("gen.greedy_logits");
  const logits = await golden.data();
  const [, steps, vocabulary] = golden.shape as readonly [number, number, number];
  const rows = prompts.input_ids.map((row) => [...row]);
  let i = 0;
  for await (const step of stream(model, params, { prompts, max_new_tokens: 8, pad_token_id: 0 })) {
    rows.forEach((row, r) => {
      row.push(step.ids[r]!);
      const start = (r * steps + i) * vocabulary;
      const error = relativeError(step.logits[r]!, logits.slice(start, start + vocabulary));
      if (error > 1e-4) throw new Error(`the logits of row ${r}, step ${i} are off by ${error}`);
    });
    i++;
  }
  assertEquals(rows, expected);
});

Deno.test("generate: greedy generation stops at the end token and pads", async () => {
  const { model, params, prompts, io } = await setup();
  const options = { prompts, max_new_tokens: 8, pad_token_id: 0, eos_token_id: 11 };
  const { sequences } = await generate(model, params, options);
  assertEquals(sequences, await rowsOf(io.get("gen.greedy_eos")));
});

Deno.test("generate: beam search finds the beams and scores of the golden case", async () => {
  const { model, params, prompts, io } = await setup();
  const beams = { prompts, max_new_tokens: 8, pad_token_id: 0, num_beams: 3 };
  const all = await generate(model, params, { ...beams, num_return_sequences: 3 });
  assertEquals(all.sequences, await rowsOf(io.get("gen.beam")));
  const scores = await io.get("gen.beam_scores").data();
  all.scores!.forEach((score, i) => assertAlmostEquals(score, scores[i]!, 1e-4));

  const ended = await generate(model, params, { ...beams, eos_token_id: 15 });
  assertEquals(ended.sequences, await rowsOf(io.get("gen.beam_eos")));
  const endedScores = await io.get("gen.beam_eos_scores").data();
  ended.scores!.forEach((score, i) => assertAlmostEquals(score, endedScores[i]!, 1e-4));
});

Deno.test("generate: sampling depends on the key alone", async () => {
  const { model, params, prompts } = await setup();
  const options = { prompts, max_new_tokens: 4, do_sample: true, top_k: 20, temperature: 2 };
  const first = await generate(model, params, { ...options, key: key(1) });
  const again = await generate(model, params, { ...options, key: key(1) });
  const other = await generate(model, params, { ...options, key: key(2) });
  assertEquals(first, again);
  assertEquals(JSON.stringify(first) === JSON.stringify(other), false);
});

Deno.test("generate: a stop string ends a text", async () => {
  const { model, params, prompts } = await setup();
  const decode = (ids: readonly number[]): string => ids.map((id) => `<${id}>`).join("");
  const free = await generate(model, params, { prompts, max_new_tokens: 6 });
  const stop = decode([free.sequences[0]![8]!]);
  const one = { input_ids: [prompts.input_ids[0]!], attention_mask: [prompts.attention_mask[0]!] };
  const options = { prompts: one, max_new_tokens: 6, stop_strings: [stop], decode };
  const { sequences } = await generate(model, params, options);
  assertEquals(sequences[0], free.sequences[0]!.slice(0, sequences[0]!.length));
  assertEquals(sequences[0]!.length <= 9, true);
});

Deno.test("generate: refuses what cannot be", async () => {
  const { model, params, prompts } = await setup();
  const refuse = (options: Parameters<typeof generate>[2], message: string) =>
    assertRejects(() => generate(model, params as never, options), Error, message);
  await refuse({ prompts, max_new_tokens: 60 }, "the model has 64 positions");
  await refuse({ prompts, max_new_tokens: 0 }, "max_new_tokens 0");
  await refuse({ prompts, do_sample: true }, "without a random key");
  await refuse({ prompts, num_return_sequences: 2 }, "num_return_sequences 2");
  await refuse({ prompts, stop_strings: ["x"] }, "without decode");
  await refuse({ prompts: { input_ids: [[]] } }, "each needs a token");
});

Deno.test("stream: traces the model once a size and never for a token", async () => {
  const { model, params, prompts } = await setup();
  let traces = 0;
  const counted: typeof model = {
    ...model,
    forward: (...args) => {
      traces++;
      return model.forward(...args);
    },
  };
  await generate(counted, params, { prompts, max_new_tokens: 12 });
  assertEquals(traces, 2); // the prompt's program and the step's
  await generate(counted, params, { prompts, max_new_tokens: 20 });
  assertEquals(traces, 2);
});

Deno.test("stream: goes on when the cache must grow", async () => {
  const { model, params, config } = await setup();
  const roomy = { ...config, n_positions: 128 };
  const wpe = { weight: concatenate([params.transformer.wpe.weight as Tensor, zeros([64, 32])]) };
  const longer = { transformer: { ...params.transformer, wpe } };
  const prompts = { input_ids: [Array.from({ length: 50 }, (_, i) => i + 3)] };
  const options = { prompts, max_new_tokens: 20 };
  const { sequences } = await generate(generativeModel(gpt2Family, roomy), longer, options);
  const text = tensor(sequences, { dtype: "i32" });
  const { logits } = gpt2CausalLm(longer, { input_ids: text }, roomy);
  const best = await argmax(logits, { axis: -1 }).data();
  assertEquals(sequences[0]!.slice(50), Array.from(best.slice(49, 69)));
  assertEquals(model.maxPositions, 64);
});

Deno.test("generate: leaves no buffer behind", async () => {
  const { model, params, prompts } = await setup();
  const options = { prompts, max_new_tokens: 6 };
  await generate(model, params, options);
  await generate(model, params, { ...options, num_beams: 2 });
  const before = memory()["reference"]!.buffers;
  await generate(model, params, options);
  await generate(model, params, { ...options, num_beams: 2 });
  // What is left are the small inputs of each step, which the collector frees.
  const left = memory()["reference"]!;
  assertEquals(left.buffers - before <= 2 * 6 * 4 + 8, true, `${left.buffers - before} buffers`);
});
