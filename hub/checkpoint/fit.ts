import { type Shape, TreeError } from "../../core/mod.ts";
import { formatShape, sameShape } from "../../core/internal.ts";

/** What a model expects of a checkpoint. */
export type Expected = {
  /** Shape of every parameter by the model's own name for it. */
  readonly shapes: { readonly [name: string]: Shape };
  /**
   * Name of the base model inside the model with a head, such as "transformer" or "bert". Files of
   * a base model come without it and files of a model with a head come with it: both fit.
   */
  readonly baseName?: string;
  /** Parameters that are another parameter, such as `{ "lm_head.weight": "wte.weight" }`. */
  readonly tied?: { readonly [name: string]: string };
  /** Parameters that a file may lack, such as a head that is yet to be trained. */
  readonly optional?: readonly RegExp[];
  /** Tensors of a file that the model has no use for. */
  readonly ignored?: readonly RegExp[];
};

/** The name in the file of each of the model's names. */
export type Fit = ReadonlyMap<string, string>;

// Masks, positions and frequencies that older versions of transformers stored as buffers. They are
// only looked at for tensors that the model does not expect.
const BUFFERS: readonly RegExp[] = [
  /(^|\.)attn\.bias$/,
  /(^|\.)attention\.bias$/,
  /(^|\.)masked_bias$/,
  /(^|\.)position_ids$/,
  /(^|\.)inv_freq$/,
];

/**
 * Fits the names of a file to those a model expects.
 *
 * @param found shape by name, of the file
 * @param source what the file is called in the error
 * @throws {TreeError} one error that names what is missing, what is left over and what has another
 * shape
 */
export function fitNames(
  found: { readonly [name: string]: Shape },
  expected: Expected,
  source: string,
): Fit {
  const { shapes, tied = {}, optional = [], ignored = [] } = expected;
  const own = indexByName(found, Object.keys(shapes), expected.baseName);
  const fit = new Map<string, string>();
  const missing: string[] = [];
  for (const name of Object.keys(shapes)) {
    const inFile = [name, ...twins(name, tied)].map((each) => own.get(each)).find(Boolean);
    if (inFile !== undefined) fit.set(name, inFile);
    else if (!optional.some((pattern) => pattern.test(name))) missing.push(name);
  }
  const used = new Set(fit.values());
  const patterns = [...BUFFERS, ...ignored];
  const leftOver = [...own].filter(([name, inFile]) =>
    !used.has(inFile) && !Object.hasOwn(tied, name) &&
    !patterns.some((pattern) => pattern.test(inFile))
  ).map(([, inFile]) => inFile);
  const misshapen = [...fit].filter(([name, inFile]) => !sameShape(shapes[name]!, found[inFile]!));
  const complaints = [
    complain("it lacks", missing),
    complain("it has, and the model has not,", leftOver),
    complain(
      "other shapes are in",
      misshapen.map(([name]) => name),
      misshapen.map(([name, inFile]) =>
        ` (${formatShape(found[inFile]!)}, the model has ${formatShape(shapes[name]!)})`
      ),
    ),
  ].filter((text) => text !== "");
  if (complaints.length === 0) return fit;
  const path = missing[0] ?? leftOver[0] ?? misshapen[0]![0];
  throw new TreeError(`Cannot load "${source}" into the model: ${complaints.join("; ")}`, path);
}

/** Names of the same parameter: a file has at least one of them. */
function twins(name: string, tied: { readonly [name: string]: string }): readonly string[] {
  const target = Object.hasOwn(tied, name) ? tied[name]! : name;
  return [target, ...Object.keys(tied).filter((other) => tied[other] === target)];
}

/** The file's names by the model's. */
function indexByName(
  found: { readonly [name: string]: Shape },
  names: readonly string[],
  baseName: string | undefined,
): Map<string, string> {
  const known = new Set(names);
  const prefix = `${baseName}.`;
  const toModel = (inFile: string): string => {
    const name = modernName(inFile);
    if (known.has(name) || baseName === undefined) return name;
    const other = name.startsWith(prefix) ? name.slice(prefix.length) : prefix + name;
    return known.has(other) ? other : name;
  };
  const index = new Map<string, string>();
  for (const inFile of Object.keys(found)) {
    const name = toModel(inFile);
    if (!index.has(name) || name === inFile) index.set(name, inFile);
  }
  return index;
}

/** Layer norms of files converted from TensorFlow call their weight gamma and their bias beta. */
function modernName(name: string): string {
  return name.replace(/(LayerNorm)\.gamma$/, "$1.weight").replace(/(LayerNorm)\.beta$/, "$1.bias");
}

const MAX_NAMED = 6;

function complain(what: string, names: readonly string[], notes: readonly string[] = []): string {
  if (names.length === 0) return "";
  const some = names.slice(0, MAX_NAMED).map((name, i) => `"${name}"${notes[i] ?? ""}`).join(", ");
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  return `${what} ${some}${more}`;
}
