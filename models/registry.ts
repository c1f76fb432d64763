import { type Tree, UnsupportedError } from "../core/mod.ts";
import type { AnyFamily, JsonRecord, ModelFamily } from "./family.ts";
import { gpt2Family } from "./gpt2_family.ts";
import { gemmaFamily, llamaFamily, mistralFamily, qwen2Family } from "./llama_family.ts";

const families = new Map<string, AnyFamily>();

/** Adds a family of models, so that its `model_type` is known. */
export function registerFamily<P extends Tree, C>(family: ModelFamily<P, C>): void {
  families.set(family.name, family as unknown as AnyFamily);
}

registerFamily(gpt2Family);
registerFamily(gemmaFamily);
registerFamily(llamaFamily);
registerFamily(mistralFamily);
registerFamily(qwen2Family);

/** Names of the families there are. */
export function familyNames(): readonly string[] {
  return [...families.keys()];
}

/**
 * The family of a `model_type`.
 *
 * @throws {UnsupportedError} if there is none; names those there are
 */
export function familyOf(model_type: string): AnyFamily {
  const family = families.get(model_type);
  if (family) return family;
  throw new UnsupportedError(
    `Cannot run a model of type "${model_type}": the architecture is not known; the known ones are ` +
      familyNames().map((name) => `"${name}"`).join(", "),
  );
}

/**
 * The family that a config.json belongs to.
 *
 * @throws {TypeError} if it names none
 * @throws {UnsupportedError} if it names an unknown one
 */
export function familyOfConfig(json: JsonRecord): AnyFamily {
  if (typeof json.model_type === "string") return familyOf(json.model_type);
  throw new TypeError(
    `Cannot tell the architecture of a config: "model_type" is ${
      JSON.stringify(json.model_type)
    }; a name is needed`,
  );
}
