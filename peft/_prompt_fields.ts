import {
  type FlatTree,
  slice,
  type Tensor,
  type Tree,
  TreeError,
  UnsupportedError,
} from "../core/mod.ts";
import { updateModules } from "./layout.ts";
import type { GraftOptions } from "./method.ts";
import { checkShape } from "./_module_files.ts";
import type { PromptConfig } from "./_prompt_config.ts";
import { tokenTable } from "./_prompt_places.ts";
import { replacedTensors, replaceTensors } from "./_replaced.ts";

/** What PEFT's wrapper of prompt methods puts before the names of trained heads. */
const HEAD_PREFIX = "base_model.";

/** Tensors of prompt methods by the names of PEFT's files: what the encoder makes, and heads. */
export function promptTensors(prompt: Tensor, replaced: FlatTree): FlatTree {
  const heads = Object.entries(replaced).map(([path, x]) => [HEAD_PREFIX + path, x] as const);
  return { prompt_embeddings: prompt, ...Object.fromEntries(heads) };
}

/** The heads in a file's tensors. */
export function promptHeads(tensors: FlatTree, params: Tree, config: PromptConfig): FlatTree {
  const expected = replacedTensors(params, config, []);
  return Object.fromEntries(
    Object.entries(expected).map(([path, like]) => {
      const tensor = tensors[path];
      if (!tensor) {
        throw new TreeError(
          `Cannot read the adapter: it has no "${path}", which its configuration trains; ` +
            `check modules_to_save and task_type`,
          path,
        );
      }
      checkShape(path, tensor.shape, like.shape);
      return [path, tensor];
    }),
  );
}

/** The prompt in a file's tensors, [rows, columns]. */
export function promptIn(tensors: FlatTree, rows: number, columns: number): Tensor {
  const prompt = tensors.prompt_embeddings;
  if (!prompt) {
    throw new TreeError(
      `Cannot read the adapter: it has no "prompt_embeddings"; ` +
        `its tensors are ${Object.keys(tensors).map((name) => `"${name}"`).join(", ")}`,
      "prompt_embeddings",
    );
  }
  checkShape("prompt_embeddings", prompt.shape, [rows, columns]);
  return prompt;
}

/**
 * `params` with virtual tokens [P, D] beside the token embedding: a leaf `prompt`, which the model
 * puts in front of the text. Of two sets of rows, for encoder and decoder, the first counts.
 */
export function graftPrompt<P extends Tree>(
  params: P,
  prompt: Tensor,
  options: GraftOptions & { readonly config: PromptConfig; readonly replaced: FlatTree },
): P {
  refuseWeight(options, "a prompt");
  const { num_virtual_tokens: rows, token_dim } = options.config;
  const used = prompt.shape[0] === rows
    ? prompt
    : slice(prompt, { start: [0, 0], stop: [rows, token_dim] });
  const table = tokenTable(params, options);
  const base = replaceTensors(params, options.replaced);
  return updateModules(base, [table.path], (node) => ({
    ...node,
    weight: table.weight,
    prompt: used,
  }));
}

/** Throws if a part of the adapter is asked for: there is no part of an input. */
export function refuseWeight(options: GraftOptions, what: string): void {
  if (options.weight === undefined) return;
  throw new UnsupportedError(
    `Cannot graft ${what} with a weight: an input is there or not; leave the weight out`,
  );
}
