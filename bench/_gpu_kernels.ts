import {
  add,
  convert,
  key,
  matmul,
  mul,
  normal,
  randint,
  randomBits,
  softmax,
  sum,
  take,
  type Tensor,
  type Tree,
  zeros,
} from "../core/mod.ts";
import { grad } from "../autodiff/mod.ts";
import { attention, conv2d, crossEntropy, layerNorm } from "../nn/mod.ts";
import { adamw } from "../optim/mod.ts";

/** A kernel by its name and sizes, as gpu_kernels.py knows it too. */
export type KernelCase = {
  readonly op: string;
  readonly sizes: readonly number[];
};

/** What is run: a function of inputs, and what it computes or moves at least. */
export type Kernel = {
  readonly inputs: readonly Tensor[];
  readonly f: (...inputs: readonly Tensor[]) => Tree;
  readonly flops?: number;
  readonly bytes?: number;
};

/** The kernels that are measured: on a card in sizes that fill it, else in small ones. */
export function kernelCases(isSmall: boolean): KernelCase[] {
  const one = (op: string, large: number[], small: number[]): KernelCase => {
    return { op, sizes: isSmall ? small : large };
  };
  const sides = isSmall ? [64, 256] : [512, 1024, 2048, 4096];
  return [
    ...sides.map((side): KernelCase => ({ op: "matmul", sizes: [1, side, side, side] })),
    one("matmul f16", [1, 4096, 4096, 4096], [1, 128, 128, 128]),
    one("matmul", [96, 512, 64, 512], [4, 64, 32, 64]), // batches
    one("matmul", [1, 64, 64, 65536], [1, 32, 32, 2048]), // long k
    one("matvec", [1, 1, 8192, 8192], [1, 1, 512, 512]), // as in decoding
    one("x * 2 + 1", [65536, 1024], [256, 1024]),
    one("softmax", [65536, 1024], [256, 1024]),
    one("layer norm", [65536, 1024], [256, 1024]),
    one("cross entropy grad", [2048, 50257], [64, 1000]),
    one("attention", [4, 16, 2048, 64], [1, 2, 64, 16]),
    one("attention grad", [4, 16, 2048, 64], [1, 2, 64, 16]),
    one("conv2d 3x3", [32, 64, 64, 64], [1, 8, 16, 16]),
    one("conv2d 3x3 grad", [32, 64, 64, 64], [1, 8, 16, 16]),
    one("embedding grad", [16384, 50257, 768], [64, 500, 32]),
    one("adamw", [1 << 26], [1 << 16]),
    one("random bits", [1 << 26], [1 << 16]),
  ];
}

/** The kernel of a case. */
export function kernelOf({ op, sizes }: KernelCase): Kernel {
  return OPS[op]!(sizes);
}

type Make = (sizes: readonly number[]) => Kernel;

const OPS: { readonly [op: string]: Make } = {
  "matmul": product("f32"),
  "matmul f16": product("f16"),
  "matvec": (sizes) => {
    const { inputs, f } = product("f32")(sizes);
    return { inputs, f, bytes: 4 * sizes[2]! * sizes[3]! };
  },
  "x * 2 + 1": perElement((x) => add(mul(x, 2), 1)),
  "softmax": perElement((x) => softmax(x)),
  "layer norm": perElement((x) => layerNorm({}, x)),
  "cross entropy grad": ([rows, classes]) => {
    const logits = normal(key(0), [rows!, classes!]);
    const labels = randint(key(1), [rows!], { minval: 0, maxval: classes! });
    const f = grad((x: Tensor, ids: Tensor) => crossEntropy(x, ids));
    return { inputs: [logits, labels], f, bytes: 3 * 4 * rows! * classes! };
  },
  "attention": (sizes) => {
    const [batch, heads, time, size] = sizes as [number, number, number, number];
    return {
      inputs: queryKeyValue(sizes),
      f: (query, key, value) => attention({ query: query!, key: key!, value: value! }),
      flops: 4 * batch * heads * time * time * size,
    };
  },
  // Five products against the two of the way there: the scores are computed again.
  "attention grad": (sizes) => {
    const [batch, heads, time, size] = sizes as [number, number, number, number];
    const loss = (qkv: { query: Tensor; key: Tensor; value: Tensor }): Tensor =>
      sum(mul(attention(qkv), qkv.query));
    return {
      inputs: queryKeyValue(sizes),
      f: (query, key, value) => grad(loss)({ query: query!, key: key!, value: value! }),
      flops: (4 + 10) * batch * heads * time * time * size,
    };
  },
  "conv2d 3x3": (sizes) => ({
    inputs: convInputs(sizes),
    f: (x, weight) => conv2d({ weight: weight! }, x!, { padding: 1 }),
    flops: convFlops(sizes),
  }),
  "conv2d 3x3 grad": (sizes) => {
    const loss = ([x, weight]: readonly [Tensor, Tensor]): Tensor => {
      const y = conv2d({ weight }, x, { padding: 1 });
      return sum(mul(y, y));
    };
    return {
      inputs: convInputs(sizes),
      f: (x, weight) => grad(loss)([x!, weight!]),
      flops: 3 * convFlops(sizes),
    };
  },
  "embedding grad": ([rows, words, size]) => {
    const ids = randint(key(0), [rows!], { minval: 0, maxval: words! });
    const cotangent = normal(key(1), [rows!, size!]);
    const loss = (table: Tensor, ids: Tensor, ct: Tensor): Tensor => sum(mul(take(table, ids), ct));
    return {
      inputs: [ids, cotangent],
      // The table itself is not read: only its shape matters.
      f: (ids, ct) => grad(loss)(zeros([words!, size!]), ids!, ct!),
      bytes: 4 * (words! + rows!) * size!,
    };
  },
  "adamw": ([size]) => {
    const optimizer = adamw(1e-3);
    const [p, g] = [normal(key(0), [size!]), normal(key(1), [size!])];
    const state = optimizer.init(p);
    return {
      inputs: [p, g],
      f: (p, g) => optimizer.update(g!, state, p!) as Tree,
      bytes: 7 * 4 * size!,
    };
  },
  "random bits": ([size]) => ({
    inputs: [key(0)],
    f: (seed) => randomBits(seed!, [size!]),
    bytes: 4 * size!,
  }),
};

function product(dtype: "f32" | "f16"): Make {
  return (sizes) => {
    const [batch, m, n, k] = sizes as [number, number, number, number];
    const shape = (...sides: number[]): number[] => batch === 1 ? sides : [batch, ...sides];
    const random = (seed: number, sides: number[]): Tensor =>
      convert(normal(key(seed), sides), dtype);
    return {
      inputs: [random(0, shape(m, k)), random(1, shape(k, n))],
      f: (x, y) => matmul(x!, y!),
      flops: 2 * batch * m * n * k,
    };
  };
}

/** A function from [rows, columns] to as much. */
function perElement(f: (x: Tensor) => Tensor): Make {
  return ([rows, columns]) => ({
    inputs: [normal(key(0), [rows!, columns!])],
    f: (x) => f(x!),
    bytes: 2 * 4 * rows! * columns!,
  });
}

function queryKeyValue(sizes: readonly number[]): Tensor[] {
  return [0, 1, 2].map((seed) => normal(key(seed), sizes));
}

/** Images [B, C, H, W], and a kernel from C channels to as many. */
function convInputs([batch, channels, height, width]: readonly number[]): Tensor[] {
  return [
    normal(key(0), [batch!, channels!, height!, width!]),
    normal(key(1), [channels!, channels!, 3, 3]),
  ];
}

function convFlops([batch, channels, height, width]: readonly number[]): number {
  return 2 * batch! * height! * width! * channels! * channels! * 9;
}
