"""The kernels of gpu.ts in PyTorch: for every line of JSON {"op", "sizes"} milliseconds of a call."""

import json
import sys
import time

import torch
import torch.nn.functional as F

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"


def randn(*sizes, dtype=torch.float32):
    return torch.randn(*sizes, device=DEVICE, dtype=dtype)


def product(dtype):
    def make(batch, m, n, k):
        lead = () if batch == 1 else (batch,)
        x, y = randn(*lead, m, k, dtype=dtype), randn(*lead, k, n, dtype=dtype)
        return lambda: x @ y

    return make


def per_element(f):
    def make(rows, columns):
        x = randn(rows, columns)
        return lambda: f(x)

    return make


def cross_entropy_grad(rows, classes):
    logits = randn(rows, classes).requires_grad_()
    labels = torch.randint(0, classes, (rows,), device=DEVICE)
    return lambda: torch.autograd.grad(F.cross_entropy(logits, labels), logits)


def attention(*sizes):
    q, k, v = randn(*sizes), randn(*sizes), randn(*sizes)
    return lambda: F.scaled_dot_product_attention(q, k, v)


def attention_grad(*sizes):
    qkv = [randn(*sizes).requires_grad_() for _ in range(3)]
    return lambda: torch.autograd.grad(
        (F.scaled_dot_product_attention(*qkv) * qkv[0]).sum(), qkv
    )


def conv2d(batch, channels, height, width):
    x, w = randn(batch, channels, height, width), randn(channels, channels, 3, 3)
    return lambda: F.conv2d(x, w, padding=1)


def conv2d_grad(batch, channels, height, width):
    x = randn(batch, channels, height, width).requires_grad_()
    w = randn(channels, channels, 3, 3).requires_grad_()
    return lambda: torch.autograd.grad(F.conv2d(x, w, padding=1).square().sum(), [x, w])


def embedding_grad(rows, words, size):
    table = randn(words, size).requires_grad_()
    ids = torch.randint(0, words, (rows,), device=DEVICE)
    ct = randn(rows, size)
    return lambda: torch.autograd.grad((F.embedding(ids, table) * ct).sum(), table)


def adamw(size):
    p = randn(size).requires_grad_()
    p.grad = randn(size)
    optimizer = torch.optim.AdamW([p], lr=1e-3, fused=DEVICE == "cuda")
    return optimizer.step


def random_bits(size):
    return lambda: torch.randint(-(2**31), 2**31, (size,), device=DEVICE, dtype=torch.int32)


OPS = {
    "matmul": product(torch.float32),
    "matmul f16": product(torch.float16),
    "matvec": product(torch.float32),
    "x * 2 + 1": per_element(lambda x: x * 2 + 1),
    "softmax": per_element(lambda x: F.softmax(x, -1)),
    "layer norm": per_element(lambda x: F.layer_norm(x, x.shape[-1:])),
    "cross entropy grad": cross_entropy_grad,
    "attention": attention,
    "attention grad": attention_grad,
    "conv2d 3x3": conv2d,
    "conv2d 3x3 grad": conv2d_grad,
    "embedding grad": embedding_grad,
    "adamw": adamw,
    "random bits": random_bits,
}


def wait():
    if DEVICE == "cuda":
        torch.cuda.synchronize()


def measure(f):
    """Milliseconds of a call: the median of five rows of calls that are waited for together."""
    for _ in range(3):
        f()
    wait()
    found = []
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(10):
            f()
        wait()
        found.append((time.perf_counter() - start) * 100)
    return sorted(found)[2]


def main():
    # Products in f32 are f32, as ours are.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        case = json.loads(line)
        print(measure(OPS[case["op"]](*case["sizes"])), flush=True)
    name = torch.cuda.get_device_name() if DEVICE == "cuda" else "the CPU"
    print(f"PyTorch {torch.__version__} on {name}", flush=True)


if __name__ == "__main__":
    main()
