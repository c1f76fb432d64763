"""The tokenizer of the base model: a byte-level BPE of 2,048 entries over the addresses.

    deno run -A examples/pretrain/texts.ts addresses.jsonl
    python examples/pretrain/tokenizer.py addresses.jsonl examples/base

Made once with tokenizers 0.23; the same version gives the same file.
"""

import json
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

VOCABULARY = 2048
END = "<|endoftext|>"


def main(texts, out):
    with open(texts, encoding="utf-8") as lines:
        addresses = [json.loads(line) for line in lines]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(addresses, trainer)
    tokenizer.save(f"{out}/tokenizer.json")
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 256,
        "bos_token": END,
        "eos_token": END,
        "unk_token": END,
        "clean_up_tokenization_spaces": False,
    }
    with open(f"{out}/tokenizer_config.json", "w", encoding="utf-8") as file:
        json.dump(settings, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
