import { assert, assertEquals } from "@std/assert";
import { roundTo } from "../../core/internal.ts";
import type { ProductIR } from "../../kernels/ir/types.ts";
import { deviceTunings } from "../../kernels/webgpu/product/trial.ts";
import { SOFTWARE_TILES, tilesFor, type Tuning } from "../../kernels/webgpu/product/tuning.ts";
import { f32, openDevice, runBoth, type Stored, waitFor } from "./_product.ts";
import {
  BASELINE,
  epilogue,
  loaded,
  operand,
  product,
  scaled,
  type Sizes,
  TURNS,
} from "./_product_cases.ts";

const device = await openDevice();
function numbers(n: number, seed: number): Stored {
  return f32(Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898 + seed)));
}

function buffersFor([batch, m, n, k]: Sizes): Stored[] {
  const result = f32(new Float64Array(batch * m * n).fill(NaN));
  return [numbers(batch * m * k, 1), numbers(batch * n * k, 2), result];
}

async function check(
  ir: ProductIR,
  tuning: Tuning,
  arrays: readonly Stored[],
  outputs: readonly number[] = [2],
): Promise<void> {
  const { got, want } = await runBoth(device!, ir, tuning, arrays, outputs);
  const { batch, m, n, k } = ir;
  const what = `${JSON.stringify({ batch, m, n, k })} ${JSON.stringify(tuning)}`;
  want.forEach((array, o) => {
    assertEquals(got[o]!.length, array.length);
    array.forEach((w, i) => {
      const isClose = Math.abs(got[o]![i]! - w) <= 1e-5 * (1 + Math.abs(w)) + 1e-6 * k;
      assert(isClose || Object.is(got[o]![i], w), `${what} [${i}]: ${got[o]![i]}, not ${w}`);
    });
  });
}

function test(name: string, f: () => Promise<void>): void {
  Deno.test({ name, ignore: device === null, fn: f });
}

/** A tuning of tiles small enough to have several of them in a small product. */
const SMALL: Tuning = { ...SOFTWARE_TILES, tileK: 8, isDoubled: true, splits: 1 };

for (const turned of TURNS) {
  test(`printProduct: shapes around the borders of tiles, operands turned ${turned}`, async () => {
    const shapes: readonly Sizes[] = [
      [1, 1, 1, 1],
      [1, 31, 33, 7],
      [1, 32, 32, 8],
      [1, 65, 36, 17],
      [2, 30, 44, 12],
      [3, 5, 130, 3],
      [1, 9, 4, 0],
    ];
    for (const sizes of shapes) await check(product(sizes, turned), SMALL, buffersFor(sizes));
  });

  test(`printProduct: an element an invocation, operands turned ${turned}`, async () => {
    const shapes: readonly Sizes[] = [[1, 1, 1, 1], [3, 5, 4, 8], [2, 7, 9, 3], [1, 2, 3, 0]];
    for (const sizes of shapes) {
      await check(product(sizes, turned), { kind: "single", splits: 1 }, buffersFor(sizes));
    }
  });

  test(`printProduct: few rows or few columns, operands turned ${turned}`, async () => {
    const shapes: readonly (readonly [Sizes, Tuning])[] = [
      [[1, 1, 70, 37], { kind: "thin", threads: 32, columns: 8, splits: 1 }],
      [[2, 5, 64, 32], { kind: "thin", threads: 32, columns: 32, splits: 1 }],
      [[1, 66, 3, 50], { kind: "thin", threads: 64, columns: 8, splits: 1 }],
      [[1, 40, 8, 300], { kind: "thin", threads: 64, columns: 32, splits: 2 }],
      [[1, 2, 3, 0], { kind: "thin", threads: 32, columns: 8, splits: 1 }],
    ];
    for (const [sizes, tuning] of shapes) {
      await check(product(sizes, turned), tuning, buffersFor(sizes));
    }
  });
}

test("printProduct: every tiling of the table", async () => {
  const sizes: Sizes = [1, 130, 132, 36];
  const all = tilesFor({
    ...BASELINE,
    workgroupBytes: device!.limits.maxComputeWorkgroupStorageSize,
  });
  for (const [i, tiling] of all.entries()) {
    await check(product(sizes, TURNS[i % 4]!), { ...tiling, splits: 1 }, buffersFor(sizes));
  }
});

test("printProduct: parts of k are added up by a second kernel", async () => {
  for (
    const [i, sizes] of ([[1, 9, 13, 100], [2, 12, 16, 64], [1, 4, 8, 17]] as Sizes[]).entries()
  ) {
    const ir = product(sizes, TURNS[i]!);
    await check(ir, { ...SMALL, splits: 3 }, buffersFor(sizes));
  }
});

test("printProduct: offsets, backward strides, repeated batches and rows apart", async () => {
  const ir: ProductIR = {
    kind: "product",
    batch: 6,
    m: 10,
    n: 12,
    k: 5,
    // [2, 10, 5] with rows backwards, repeated for the inner batch axis.
    a: { buffer: 0, offset: 3 + 45, freeStride: -5, kStride: 1, batch: [[2, 50], [3, 0]] },
    // Every other column of [3, 5, 24], repeated for the outer batch axis.
    b: { buffer: 1, offset: 1, freeStride: 2, kStride: 24, batch: [[2, 0], [3, 120]] },
    plain: { buffer: 2, offset: 4, rowStride: 20, batch: [[2, 600], [3, 200]] },
  };
  const arrays = [numbers(103, 1), numbers(361, 2), numbers(1204, 3)];
  await check(ir, SMALL, arrays);
  await check({ ...ir, plain: { ...ir.plain!, offset: 3 } }, SMALL, arrays);
});

test("printProduct: more workgroups than one axis of a dispatch takes", async () => {
  const sizes: Sizes = [66000, 1, 2, 3];
  await check(product(sizes, TURNS[0]), SMALL, buffersFor(sizes));
  const thin: Tuning = { kind: "thin", threads: 32, columns: 8, splits: 1 };
  await check(product(sizes, TURNS[1]), thin, buffersFor(sizes));
});

test("printProduct: both operands in one buffer", async () => {
  const ir = { ...product([1, 36, 36, 12], [false, false]), b: operand(0, 1, 36, 12, false) };
  await check(ir, SMALL, [
    numbers(36 * 12, 1),
    f32(new Float64Array(4)),
    f32(new Float64Array(36 * 36)),
  ]);
  const odd = { ...ir, m: 35, a: { ...ir.a, offset: 1 } };
  await check(odd, SMALL, [
    numbers(36 * 12, 1),
    f32(new Float64Array(4)),
    f32(new Float64Array(36 * 36)),
  ]);
});

for (const [left, right] of TURNS) {
  test(`printProduct: loaders along k (${left}, ${right}) and an epilogue`, async () => {
    const all: readonly (readonly [Sizes, Tuning])[] = [
      [[1, 33, 35, 9], SMALL],
      [[2, 8, 20, 40], { ...SMALL, splits: 2 }],
      [[2, 3, 37, 21], { kind: "thin", threads: 32, columns: 8, splits: 1 }],
    ];
    for (const [sizes, tuning] of all) {
      const [batch, m, n, k] = sizes;
      const { plain: _, ...rest } = product(sizes, [false, false]);
      const a = loaded(0, [batch, m, k], left);
      const b = loaded(1, [batch, n, k], right);
      const arrays = [...buffersFor(sizes), numbers(n, 4), numbers(batch * m * n, 5)];
      await check({ ...rest, a, b, epilogue: epilogue(sizes) }, tuning, arrays, [2, 4]);
    }
  });
}

for (const dtype of ["i8", "u8", "f16", "bf16"] as const) {
  test(`printProduct: a right operand in ${dtype}, with a scale for each row`, async () => {
    for (
      const [sizes, tuning] of [
        [[1, 37, 41, 23], SMALL],
        [[1, 2, 41, 36], { kind: "thin", threads: 32, columns: 8, splits: 1 }],
      ] as readonly (readonly [Sizes, Tuning])[]
    ) {
      const [, m, n, k] = sizes;
      const whole = dtype === "i8" || dtype === "u8";
      const values = Array.from({ length: n * k }, (_, i) => whole ? i * 37 % 128 : Math.sin(i));
      const signed = values.map((x, i) => dtype === "i8" && i % 2 === 0 ? -x : x);
      const weight = { dtype, data: roundTo(Float64Array.from(signed), dtype) };
      const arrays = [numbers(m * k, 1), weight, f32(new Float64Array(m * n)), numbers(n, 2)];
      const ir = { ...product(sizes, TURNS[0]), b: scaled([1, 3], dtype, [n, k]) };
      await check(ir, tuning, arrays);
    }
  });
}

test("deviceTunings: measures where GRAFT_TUNE is 1, and writes what it found", async () => {
  const folder = await Deno.makeTempDir();
  const before = ["GRAFT_TUNE", "XDG_CACHE_HOME"].map((name) =>
    [name, Deno.env.get(name)] as const
  );
  Deno.env.set("GRAFT_TUNE", "1");
  Deno.env.set("XDG_CACHE_HOME", folder);
  try {
    const ir = product([1, 2, 40, 24], TURNS[1]);
    const wait = (buffer: GPUBuffer): void => waitFor(device!, buffer);
    const switches = { hasF16: false, subgroups: "none" } as const;
    const opened = { ...BASELINE, gpu: device!, windowBytes: 1 << 27, switches, wait };
    const chosen = deviceTunings(opened)(ir, () => 4 * 40 * 24);
    assertEquals(chosen.kind, "thin");
    const text = await Deno.readTextFile(`${folder}/graft/webgpu_tunings.json`);
    assertEquals(Object.values(JSON.parse(text)[BASELINE.name]), [chosen]);
    Deno.env.delete("GRAFT_TUNE");
    assertEquals(deviceTunings(opened)(ir, () => 0), chosen);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
});
