/** One line of a metrics file. */
export type Metric = { readonly [name: string]: number | string };

/** A JSONL file of metrics: one object a line, appended at once, so that a killed run keeps them. */
export type MetricsLog = {
  readonly write: (metric: Metric) => Promise<void>;
};

/** Opens a metrics file; with `keepUntilStep`, lines of later steps are dropped first. */
export async function openMetrics(path: string, keepUntilStep?: number): Promise<MetricsLog> {
  const kept = keepUntilStep === undefined ? [] : await linesUntil(path, keepUntilStep);
  await Deno.writeTextFile(path, kept.map((line) => `${line}\n`).join(""));
  return {
    write: (metric) => Deno.writeTextFile(path, `${JSON.stringify(metric)}\n`, { append: true }),
  };
}

/** Every line of a metrics file. */
export async function readMetrics(path: string): Promise<Metric[]> {
  const text = await Deno.readTextFile(path);
  return text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
}

async function linesUntil(path: string, step: number): Promise<string[]> {
  try {
    const text = await Deno.readTextFile(path);
    return text.split("\n").filter((line) => line !== "" && JSON.parse(line).step <= step);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
