import {
  concatenate,
  convert,
  type DType,
  expandDims,
  type FlatTree,
  full,
  log,
  putAlongAxis,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  topK,
  TreeError,
} from "../core/mod.ts";

const INDICES = "_topk_indices";
const WEIGHTS = "_topk_weights";

/** What decides about the form of logits in files. */
type TopKConfig = {
  readonly num_vectors: number;
  readonly topk: number;
  readonly save_only_topk_weights: boolean;
};

/**
 * With `save_only_topk_weights`, the chosen vectors and all but the last of their weights, which sum
 * to one, in place of the logits.
 */
export function packTopK(tensors: FlatTree, config: TopKConfig): FlatTree {
  if (!config.save_only_topk_weights) return tensors;
  const packed = Object.entries(tensors).flatMap(([name, x]): (readonly [string, Tensor])[] => {
    if (!/\.vblora_logits_[AB]$/.test(name)) return [[name, x]];
    const [best, ids] = topK(x, config.topk);
    const weights = slice(softmax(best), {
      start: x.shape.map(() => 0),
      stop: [...x.shape.slice(0, -1), config.topk - 1],
    });
    return [[name + INDICES, convert(ids, idType(config))], [name + WEIGHTS, weights]];
  });
  return Object.fromEntries(packed);
}

/** The inverse: logits that choose the same vectors with the same weights, and no others. */
export function unpackTopK(tensors: FlatTree, config: TopKConfig): FlatTree {
  const unpacked = Object.entries(tensors).flatMap(([name, x]): (readonly [string, Tensor])[] => {
    if (name.endsWith(WEIGHTS)) return [];
    if (!name.endsWith(INDICES)) return [[name, x]];
    const logits = name.slice(0, -INDICES.length);
    const weights = tensors[logits + WEIGHTS];
    if (weights) return [[logits, logitsOf(convert(x, "i32"), weights, config)]];
    throw new TreeError(
      `Cannot read the adapter: it has "${name}" and no "${logits + WEIGHTS}"; ` +
        `use a file that has both`,
      name,
    );
  });
  return Object.fromEntries(unpacked);
}

function logitsOf(ids: Tensor, weights: Tensor, { num_vectors }: TopKConfig): Tensor {
  const last = expandDims(sub(1, sum(weights, { axes: [-1] })), -1);
  const values = log(concatenate([weights, last], { axis: -1 }));
  const shape = [...ids.shape.slice(0, -1), num_vectors];
  return putAlongAxis(full(shape, -Infinity), ids, { values });
}

/** The narrowest integers, as PEFT chooses them. */
function idType({ num_vectors }: TopKConfig): DType {
  return num_vectors < 2 ** 8 ? "u8" : num_vectors < 2 ** 15 ? "i16" : "i32";
}
