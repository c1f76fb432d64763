import { WriteError, writeTextAtomic } from "../hub/mod.ts";

/** One line of a metrics file. */
export type Metric = { readonly [name: string]: number | string };

/** A JSONL file of metrics: one object a line, appended at once, so that a killed run keeps them. */
export type MetricsLog = {
  readonly write: (metric: Metric) => Promise<void>;
};

/** Opens a metrics file; with `keepUntilStep`, lines of later steps are dropped first. */
export async function openMetrics(path: string, keepUntilStep?: number): Promise<MetricsLog> {
  const kept = keepUntilStep === undefined ? [] : await linesUntil(path, keepUntilStep);
  await writeTextAtomic(path, kept.map((line) => `${line}\n`).join(""));
  return { write: (metric) => append(path, `${JSON.stringify(metric)}\n`) };
}

async function append(path: string, line: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, line, { append: true });
  } catch (cause) {
    throw new WriteError(`Cannot write "${path}": ${(cause as Error).message}`, { cause });
  }
}

/** Every line of a metrics file. */
export async function readMetrics(path: string): Promise<Metric[]> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

async function linesUntil(path: string, step: number): Promise<string[]> {
  try {
    const text = await Deno.readTextFile(path);
    return text.split("\n").filter((line) => stepOf(line) <= step);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** The step of a line; that of a line which a killed run left half written is beyond all. */
function stepOf(line: string): number {
  try {
    return JSON.parse(line).step;
  } catch {
    return Infinity;
  }
}
