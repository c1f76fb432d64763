import { jvp, vjp, vmap } from "../../autodiff/mod.ts";
import { currentBackend, type DType, evaluate, jit, type Tensor, zerosLike } from "../../mod.ts";
import { compare, type Tolerance, type Verdict } from "./compare.ts";
import { EXEMPT } from "./exempt.ts";
import { OPS } from "./ops/mod.ts";
import { openTensors, type TensorFile } from "./tensors.ts";

/** One run of a case: inputs, outputs and how close they have to be. */
type Run = {
  readonly outputs: readonly (string | null)[];
  readonly tolerance: Tolerance;
  readonly tolerances?: readonly (Tolerance | null)[];
  readonly alt_outputs?: readonly (string | null)[];
};

type Case = Run & {
  readonly id: string;
  readonly op: string;
  readonly attrs: { readonly [name: string]: unknown };
  readonly inputs: readonly string[];
  readonly throws?: boolean;
  readonly policy?: string;
  readonly jvp?: Run & { readonly tangents: readonly (string | null)[] };
  readonly vjp?: Run & { readonly cotangents: readonly (string | null)[] };
  readonly vmap?: Run & {
    readonly in_axes: readonly (number | null)[];
    readonly out_axes: number;
    readonly inputs: readonly string[];
  };
};

type Manifest = { readonly group: string; readonly tensors: string; readonly cases: Case[] };

/** A function of a case's inputs: what it computes, through the public API. */
export type OpFunction = (inputs: readonly Tensor[]) => readonly Tensor[];

/** What became of a case. */
export type Outcome = {
  readonly id: string;
  readonly status: "passed" | "failed" | "unsupported";
  readonly text: string;
};

/** Runs every case of an op manifest whose id contains `filter`. */
export async function* runManifest(path: string, filter: string): AsyncGenerator<Outcome> {
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(path));
  const tensors = await openTensors(path.replace(/[^/]*$/, manifest.tensors));
  for (const one of manifest.cases) {
    const id = `ops/${manifest.group}/${one.id}`;
    if (!id.includes(filter)) continue;
    yield { id, ...await runCase(one, manifest.group, tensors) };
  }
}

async function runCase(
  one: Case,
  group: string,
  tensors: TensorFile,
): Promise<Omit<Outcome, "id">> {
  const make = OPS[group]?.[one.op];
  const exempt = EXEMPT[`ops/${group}/${one.id}`];
  if (exempt) return { status: "unsupported", text: exempt };
  if (!make) return { status: "unsupported", text: `no op "${one.op}"` };
  try {
    const inputs = one.inputs.map((key) => tensors.get(key));
    const f = make(one.attrs, inputs);
    if (!f) return { status: "unsupported", text: `"${one.op}" with these attributes` };
    if (one.throws) return await refused(f, inputs);
    const verdicts = [
      ...await check("out", one, f(inputs), tensors),
      ...await check("jit", one, jit(f)(inputs), tensors),
      ...await derivatives(one, f, inputs, tensors),
    ];
    return summary(verdicts);
  } catch (error) {
    return { status: "failed", text: `${(error as Error).message}`.split("\n")[0]! };
  }
}

async function refused(f: OpFunction, inputs: readonly Tensor[]): Promise<Omit<Outcome, "id">> {
  try {
    for (const output of f(inputs)) await output.data();
  } catch (error) {
    return { status: "passed", text: `refused: ${(error as Error).message.slice(0, 60)}` };
  }
  return { status: "failed", text: "the reference refuses these inputs" };
}

async function derivatives(
  one: Case,
  f: OpFunction,
  inputs: readonly Tensor[],
  tensors: TensorFile,
): Promise<Named[]> {
  const verdicts: Named[] = [];
  if (one.jvp) {
    const active = indicesOf(one.jvp.tangents);
    const [, tangents] = jvp(
      (xs: readonly Tensor[]) => f(withAt(inputs, active, xs)),
      [active.map((i) => inputs[i]!)],
      [active.map((i) => tensors.get(one.jvp!.tangents[i]!))],
    );
    verdicts.push(...await check("jvp", one.jvp, tangents, tensors));
  }
  if (one.vjp) {
    const active = indicesOf(one.vjp.outputs);
    const [outputs, pull] = vjp(
      (xs: readonly Tensor[]) => f(withAt(inputs, active, xs)),
      [active.map((i) => inputs[i]!)],
    );
    const cts = outputs.map((y, i) => {
      const key = one.vjp!.cotangents[i];
      return key ? tensors.get(key) : zerosLike(y);
    });
    const [pulled] = pull(cts);
    const all = inputs.map((x, i) => active.includes(i) ? pulled[active.indexOf(i)]! : x);
    verdicts.push(...await check("vjp", one.vjp, all, tensors));
  }
  if (one.vmap) {
    const { in_axes, out_axes, inputs: keys } = one.vmap;
    const batched = keys.map((key) => tensors.get(key));
    const mapped = vmap((...xs: readonly Tensor[]) => f(xs), {
      inAxes: in_axes,
      outAxes: out_axes,
    })(...batched);
    verdicts.push(...await check("vmap", one.vmap, mapped, tensors));
  }
  return verdicts;
}

type Named = Verdict & { readonly name: string };

async function check(
  name: string,
  run: Run,
  actual: readonly Tensor[],
  tensors: TensorFile,
): Promise<Named[]> {
  const verdicts: Named[] = [];
  // Together, so that a device whose kernels take long to compile has one program for all of them.
  if (currentBackend().name === "webgpu") {
    await evaluate(actual.filter((_, i) => run.outputs[i] !== null));
  }
  for (const [i, key] of run.outputs.entries()) {
    if (key === null) continue;
    const expected = tensors.get(key);
    const got = actual[i]!;
    const label = `${name}${i}`;
    const wrong = `${got.dtype}[${got.shape}]` !== `${expected.dtype}[${expected.shape}]`;
    if (wrong) {
      const text = `is ${got.dtype}[${got.shape}], expected ${expected.dtype}[${expected.shape}]`;
      verdicts.push({ name: label, passed: false, worst: Infinity, text });
      continue;
    }
    const tolerance = run.tolerances?.[i] ?? run.tolerance;
    const other = run.alt_outputs?.[i];
    const alternative = other ? await tensors.get(other).data() : undefined;
    const [a, e] = [await got.data(), await expected.data()];
    verdicts.push({
      name: label,
      ...compare(a, e, expected.dtype as DType, tolerance, alternative),
    });
  }
  return verdicts;
}

function summary(verdicts: readonly Named[]): Omit<Outcome, "id"> {
  const failed = verdicts.filter((v) => !v.passed);
  if (failed.length > 0) {
    return { status: "failed", text: failed.map((v) => `${v.name}: ${v.text}`).join("; ") };
  }
  const worst = Math.max(0, ...verdicts.map((v) => v.worst));
  return { status: "passed", text: `worst ${worst.toPrecision(2)} of the tolerance` };
}

function indicesOf(keys: readonly (string | null)[]): number[] {
  return keys.flatMap((key, i) => key === null ? [] : [i]);
}

function withAt(
  inputs: readonly Tensor[],
  at: readonly number[],
  values: readonly Tensor[],
): Tensor[] {
  return inputs.map((x, i) => at.includes(i) ? values[at.indexOf(i)]! : x);
}
