import { cachedModelFolder, exists, findSnapshot, hubCacheFolder } from "./cache.ts";
import type { Progress, Source } from "./download.ts";

/** Which files of a model to resolve, and how. */
export type ResolveOptions = {
  /** Branch, tag or commit; default "main". */
  readonly revision?: string;
  /** Names of the files wanted; `*` stands for any text without "/". */
  readonly files?: readonly string[];
  /** Default: `HF_HUB_CACHE`, `HF_HOME` or `~/.cache/huggingface/hub`. */
  readonly cacheFolder?: string;
  /** Default: `HF_ENDPOINT` or https://huggingface.co. */
  readonly endpoint?: string;
  /** For private models; default `HF_TOKEN`. */
  readonly token?: string;
  /** Look at the cache only; default: whether `HF_HUB_OFFLINE` is 1. */
  readonly offline?: boolean;
  readonly onProgress?: (progress: Progress) => void;
};

// Settings, tokenizers and safetensors: what a model is loaded from.
const DEFAULT_FILES = ["*.json", "model*.safetensors", "adapter_model.safetensors", "*.jinja"];

/**
 * The folder of a model: a folder of this machine as it is, or a hub id such as "openai-community/gpt2"
 * by the cache that the Hugging Face libraries share, downloaded first where it is missing.
 *
 * When the hub cannot be reached, what the cache has of the revision is used.
 *
 * @throws {Error} if there is neither such a folder nor such a model
 */
export async function resolveModel(
  folderOrId: string,
  options: ResolveOptions = {},
): Promise<string> {
  if (await isFolder(folderOrId)) return folderOrId;
  if (!/^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(folderOrId)) {
    throw new Error(`Cannot find the model "${folderOrId}": it is neither a folder nor a hub id`);
  }
  const revision = checkRevision(options.revision ?? "main");
  const modelFolder = cachedModelFolder(options.cacheFolder ?? hubCacheFolder(), folderOrId);
  if (options.offline ?? isSet("HF_HUB_OFFLINE")) {
    return await fromCache(folderOrId, modelFolder, revision, options.files ?? []);
  }
  const source: Source = {
    id: folderOrId,
    revision,
    endpoint: (options.endpoint ?? (Deno.env.get("HF_ENDPOINT") || "https://huggingface.co"))
      .replace(/\/+$/, ""),
    token: options.token ?? (Deno.env.get("HF_TOKEN") || undefined),
  };
  const wanted = matcher(options.files ?? DEFAULT_FILES);
  const onProgress = options.onProgress ?? (() => {});
  // The download needs modules of Node: browsers import the rest.
  const { downloadSnapshot } = await import("./download.ts");
  try {
    return await downloadSnapshot(source, modelFolder, wanted, onProgress);
  } catch (error) {
    const cached = isUnreachable(error) ? await findSnapshot(modelFolder, revision) : null;
    if (cached) return cached;
    throw explain(error, source);
  }
}

async function fromCache(
  id: string,
  modelFolder: string,
  revision: string,
  files: readonly string[],
): Promise<string> {
  const snapshot = await findSnapshot(modelFolder, revision);
  if (!snapshot) {
    throw new Error(
      `Cannot find "${id}" at revision "${revision}": it is not in the cache "${modelFolder}", ` +
        "and HF_HUB_OFFLINE forbids downloading",
    );
  }
  for (const file of files) {
    if (file.includes("*") || await exists(`${snapshot}/${file}`)) continue;
    throw new Error(
      `Cannot find "${file}" of "${id}": the cache has the model without it, and HF_HUB_OFFLINE ` +
        "forbids downloading",
    );
  }
  return snapshot;
}

function matcher(patterns: readonly string[]): (path: string) => boolean {
  const escape = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  const whole = patterns.map((pattern) =>
    new RegExp(`^${pattern.split("*").map(escape).join("[^/]*")}$`)
  );
  return (path) => whole.some((pattern) => pattern.test(path));
}

/** A failure of the network and not an answer: fetch throws TypeErrors, servers fail with 5xx. */
function isUnreachable(error: unknown): boolean {
  return error instanceof TypeError || (statusOf(error) ?? 0) >= 500;
}

function statusOf(error: unknown): number | undefined {
  const status = (error as { readonly statusCode?: unknown } | null)?.statusCode;
  return typeof status === "number" ? status : undefined;
}

function explain(error: unknown, source: Source): Error {
  const { id, revision, endpoint } = source;
  const status = statusOf(error);
  const what = `Cannot download "${id}" at revision "${revision}" from ${endpoint}`;
  const advice = status === undefined ? undefined : adviceOn(status, source);
  if (advice) return new Error(`${what}: the hub answers ${status}: ${advice}`, { cause: error });
  const reason = error instanceof Error ? error.message : String(error);
  if (reason.startsWith("Cannot ")) return error as Error;
  return new Error(`${what}: ${reason}; a folder of that name is not here either`, {
    cause: error,
  });
}

/** Why the hub refuses, and what to do about it. */
function adviceOn(status: number, { id, endpoint, token }: Source): string | undefined {
  const hasToken = token !== undefined;
  const tokens = `${endpoint}/settings/tokens`;
  const access = `accept its conditions at ${endpoint}/${id} and let the token read gated models`;
  switch (status) {
    case 401:
      return hasToken
        ? `the token is not valid; make another at ${tokens} and set HF_TOKEN to it`
        : `there is no such model, or it is private or gated; check its name, or set HF_TOKEN to ` +
          `a token from ${tokens}`;
    case 403:
      return hasToken
        ? `the model is gated, and the account of the token has no access; ${access}`
        : `the model is gated; set HF_TOKEN to a token from ${tokens}, and ${access}`;
    case 404:
      return hasToken
        ? "there is no such model or revision, or the token may not see it; check both names"
        : "there is no such model or revision, or it is private; check both names, or set HF_TOKEN";
    case 429:
      return "too many requests; wait a while, or set HF_TOKEN, and run it again";
  }
}

function checkRevision(revision: string): string {
  const parts = revision.split("/");
  if (parts.every((part) => /^[\w][\w.+-]*$/.test(part))) return revision;
  throw new RangeError(`Cannot use the revision "${revision}": it is no branch, tag or commit`);
}

function isSet(name: string): boolean {
  return /^(1|true|yes|on)$/i.test(Deno.env.get(name) ?? "");
}

async function isFolder(path: string): Promise<boolean> {
  return await Deno.stat(path).then((stat) => stat.isDirectory, () => false);
}
