"""The LoRA step of gpt2_step.ts in PyTorch and PEFT: one step for every line "step" it reads.

Arguments: batch, length, layers, and the device ("cpu" unless given).
"""

import resource
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel


def main(batch, length, layers, device="cpu"):
    if not torch.cuda.is_available():
        device = "cpu"
    torch.set_num_threads(2)
    torch.manual_seed(0)
    config = GPT2Config(n_layer=layers, attn_pdrop=0.0, embd_pdrop=0.0, resid_pdrop=0.0)
    model = GPT2LMHeadModel(config)
    model = get_peft_model(model, LoraConfig(r=8, target_modules=["c_attn"], fan_in_fan_out=True))
    model = model.to(device)
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-3)
    ids = torch.randint(0, config.vocab_size, (batch, length), device=device)

    def step():
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss.item()

    step()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() != "step":
            break
        start = time.perf_counter()
        step()
        print((time.perf_counter() - start) * 1000, flush=True)
    if device != "cpu":
        print(f"{torch.cuda.max_memory_allocated() / 2**30:.2f} GiB allocated", flush=True)
        return
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{peak:.2f} GiB resident", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:4]), *sys.argv[4:])
