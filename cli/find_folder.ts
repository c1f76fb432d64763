import { resolveModel } from "../hub/mod.ts";
import { formatBytes, progressBar } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

/** The folder of a model or adapter, downloaded if need be; a bar shows how far that is. */
export async function findFolder(
  model: string,
  options: { readonly revision?: string | undefined; readonly terminal: Terminal },
): Promise<string> {
  const { revision, terminal } = options;
  const bar = progressBar(terminal);
  try {
    return await resolveModel(model, {
      ...(revision !== undefined && { revision }),
      onProgress: ({ file, bytes, total }) =>
        bar.update(bytes / Math.max(total, 1), `${file}, ${formatBytes(total)}`),
    });
  } finally {
    bar.end();
  }
}
