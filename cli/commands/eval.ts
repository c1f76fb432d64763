import { generativeModel } from "../../models/mod.ts";
import { evaluation, lmLoss } from "../../train/mod.ts";
import { type Command, defineCommand } from "../command.ts";
import { chooseSeqLen, readDataset } from "../dataset.ts";
import { load } from "../load.ts";
import { ADAPTER, BATCH_SIZE, DATA, DEVICE, MODEL, REVISION, SEQ_LEN } from "../shared_options.ts";

/** Measures how well a model predicts a text. */
export const evalCommand: Command = defineCommand({
  name: "eval",
  summary: "Measure the loss and perplexity of a model on a text",
  options: {
    model: MODEL,
    revision: REVISION,
    adapter: ADAPTER,
    data: DATA,
    "seq-len": SEQ_LEN,
    "batch-size": BATCH_SIZE,
    device: DEVICE,
  },
  run: async (values, terminal) => {
    const { model, tokenizer, params } = await load(values, terminal);
    const { promptLength, prefixLength } = generativeModel(model.family, model.config);
    const virtual = promptLength(params) + prefixLength(params);
    const seqLen = chooseSeqLen(values["seq-len"], model.json, virtual);
    const data = await readDataset(values.data, { tokenizer, seqLen });
    const evaluate = evaluation(lmLoss(model), { batchSize: values["batch-size"] });
    const { loss, perplexity } = await evaluate(params, data);
    terminal.out(`sequences:  ${data.rows} of ${seqLen} tokens`);
    terminal.out(`loss:       ${loss.toFixed(4)}`);
    terminal.out(`perplexity: ${perplexity.toFixed(3)}`);
  },
});
