import { interpret } from "../../kernels/interpret.ts";
import {
  ACC,
  type Index,
  type KernelIR,
  type ProductIR,
  type Schedule,
  type Value,
} from "../../kernels/ir/types.ts";
import {
  PARTIALS,
  type Places,
  type ProductPrinter,
} from "../../kernels/webgpu/product/printer.ts";
import { printProduct } from "../../kernels/webgpu/product/product.ts";
import { foldedGroups } from "../../kernels/webgpu/product/text.ts";
import type { Tuning } from "../../kernels/webgpu/product/tuning.ts";

// Uses of buffers and modes of mapping by their numbers: the library of types has no such values.
const [MAP_READ, COPY_SRC, COPY_DST, STORAGE] = [1, 4, 8, 128];

/** A device with the adapter's workgroup memory; null, after one line, where there is none. */
export async function openDevice(): Promise<GPUDevice | null> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter();
  if (!adapter) {
    if (Deno.env.get("GRAFT_REQUIRE_WEBGPU") === "1") {
      throw new Error("Cannot test WebGPU: there is no adapter, and GRAFT_REQUIRE_WEBGPU is 1");
    }
    console.log("There is no WebGPU adapter: products in WGSL are not tested");
    return null;
  }
  const { maxComputeWorkgroupStorageSize } = adapter.limits;
  return await adapter.requestDevice({ requiredLimits: { maxComputeWorkgroupStorageSize } });
}

/** A printer of f32 arithmetic that keeps the buffers it has seen. */
export type SmallPrinter = ProductPrinter & { readonly declarations: () => string };

/** The simplest printer there can be. */
export function smallPrinter(): SmallPrinter & { readonly buffers: () => number[] } {
  const views = new Map<number, string>();
  const nameOf = (buffer: number): string => buffer === PARTIALS ? "partials" : `b${buffer}`;
  const buffer: ProductPrinter["buffer"] = (number, view) => {
    views.set(number, view === "quads" ? "vec4<f32>" : "f32");
    return nameOf(number);
  };
  return {
    buffer,
    loaded: (ir, places) => {
      const text = textOf(ir, places, buffer);
      return { lines: text.axes, value: text.value(ir.stages[0]!.stores[0]!.value) };
    },
    epilogue: (ir, places) => {
      const text = textOf(ir, places, buffer);
      const stores = ir.stages[0]!.stores.map(({ buffer: target, index, value }) =>
        `${buffer(target, "elements")}[${text.index(index)}] = ${text.value(value)};`
      );
      return [...text.axes, ...stores];
    },
    buffers: () => [...views.keys()],
    declarations: () =>
      [...views].map(([number, type], i) =>
        `@group(0) @binding(${i}) var<storage, read_write> ${nameOf(number)}: array<${type}>;`
      ).join("\n"),
  };
}

const OPERATORS: Readonly<Record<string, string>> = { add: "+", sub: "-", mul: "*" };

function textOf(ir: KernelIR, { row, lane, acc }: Places, buffer: ProductPrinter["buffer"]): {
  readonly axes: readonly string[];
  readonly index: (index: Index) => string;
  readonly value: (value: Value) => string;
} {
  const names = new Map([[ir.lane.id, lane]]);
  const axes: string[] = [];
  let inner = 1;
  for (const axis of [...ir.rows].reverse()) {
    axes.push(`let x${axis.id} = ${row} / ${inner}u % ${axis.size}u;`);
    names.set(axis.id, `x${axis.id}`);
    inner *= axis.size;
  }
  const index = ({ terms, constant }: Index): string =>
    terms.reduce((text, [atom, c]) => {
      if (atom.kind !== "axis") throw new Error("Cannot print: the index is not affine");
      return `${text} + ${names.get(atom.axis.id)} * ${c}u`;
    }, `${constant}u`);
  const value = (v: Value): string => {
    if (v.op === "const") return `f32(${v.number})`;
    if (v.buffer === ACC) return acc!;
    if (v.op === "load") return `${buffer(v.buffer!, "elements")}[${index(v.index!)}]`;
    const [x, y] = v.args.map(value);
    return v.op === "max" ? `max(${x}, ${y})` : `(${x} ${OPERATORS[v.op]} ${y})`;
  };
  return { axes, index, value };
}

/** The buffers of `outputs` after a product, on the device and by the interpreter. */
export async function runBoth(
  device: GPUDevice,
  ir: ProductIR,
  tuning: Tuning,
  arrays: readonly Float32Array<ArrayBuffer>[],
  outputs: readonly number[],
): Promise<{ readonly got: Float32Array[]; readonly want: Float64Array[] }> {
  return {
    got: await runOnDevice(device, ir, tuning, arrays, outputs),
    want: runInterpreted(ir, arrays, outputs),
  };
}

async function runOnDevice(
  device: GPUDevice,
  ir: ProductIR,
  tuning: Tuning,
  arrays: readonly Float32Array<ArrayBuffer>[],
  outputs: readonly number[],
): Promise<Float32Array[]> {
  const { kernels, partials } = printProduct(ir, tuning, smallPrinter);
  const sizes = new Map(arrays.map((array, i) => [i, array.byteLength]));
  if (partials > 0) sizes.set(PARTIALS, 4 * partials);
  const usage = STORAGE | COPY_SRC | COPY_DST;
  const buffers = new Map([...sizes].map(([i, bytes]) => {
    return [i, device.createBuffer({ size: Math.max(16, Math.ceil(bytes / 16) * 16), usage })];
  }));
  arrays.forEach((array, i) => {
    // Deno ends the process when it is given no bytes to write.
    if (array.length > 0) device.queue.writeBuffer(buffers.get(i)!, 0, array);
  });
  device.pushErrorScope("validation");
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  for (const { body, groups, printer } of kernels) {
    const module = device.createShaderModule({ code: `${printer.declarations()}\n${body}` });
    const pipeline = device.createComputePipeline({ layout: "auto", compute: { module } });
    const entries = printer.buffers().map((number, binding) => {
      return { binding, resource: { buffer: buffers.get(number)! } };
    });
    pass.setPipeline(pipeline);
    const layout = pipeline.getBindGroupLayout(0);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(...foldedGroups(groups));
  }
  pass.end();
  const reads = outputs.map((number) => {
    const { size } = buffers.get(number)!;
    const read = device.createBuffer({ size, usage: MAP_READ | COPY_DST, mappedAtCreation: true });
    read.unmap();
    encoder.copyBufferToBuffer(buffers.get(number)!, 0, read, 0, size);
    return read;
  });
  device.queue.submit([encoder.finish()]);
  const error = await device.popErrorScope();
  if (error) throw new Error(error.message);
  await Promise.all(reads.map((read) => read.mapAsync(MAP_READ)));
  const found = reads.map((read, i) =>
    new Float32Array(read.getMappedRange().slice(0), 0, arrays[outputs[i]!]!.length)
  );
  for (const buffer of [...reads, ...buffers.values()]) buffer.destroy();
  return found;
}

function runInterpreted(
  ir: ProductIR,
  arrays: readonly Float32Array[],
  outputs: readonly number[],
): Float64Array[] {
  const schedule: Schedule = {
    kernels: [{ ir, name: "product", flops: 0, bytes: 0, isCopy: false }],
    buffers: arrays.map((array, id) => ({
      id,
      dtype: "f32",
      size: array.length,
      role: { kind: "input", index: id },
      birth: 0,
      death: 0,
      alias: null,
    })),
    inputs: arrays.map((_, i) => i),
    outputs,
  };
  return interpret(schedule, arrays.map((array) => Float64Array.from(array)));
}
