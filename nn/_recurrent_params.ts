import { TreeError } from "../core/mod.ts";
import type { RecurrentParams } from "./recurrent.ts";
import type { RecurrentCellParams } from "./recurrent_cells.ts";

/**
 * The cells of a recurrent network: for each layer one, or two where there is a way back.
 *
 * @throws {TreeError} if parameters are missing, or there are others
 */
export function recurrentLayers(
  params: RecurrentParams,
): readonly (readonly RecurrentCellParams[])[] {
  const suffixes = "weight_ih_l0_reverse" in params ? ["", "_reverse"] : [""];
  const layers: RecurrentCellParams[][] = [];
  const used = new Set<string>();
  while (layers.length === 0 || `weight_ih_l${layers.length}` in params) {
    layers.push(suffixes.map((suffix) => {
      const cell = cellOf(params, `${layers.length}${suffix}`);
      for (const kind of Object.keys(cell)) used.add(`${kind}_l${layers.length}${suffix}`);
      return cell;
    }));
  }
  const other = Object.keys(params).find((name) => !used.has(name));
  if (other === undefined) return layers;
  throw new TreeError(
    `Cannot run a recurrent network with "${other}": layers 0 to ${layers.length - 1} have ` +
      `weight_ih, weight_hh, bias_ih and bias_hh only; leave it out`,
    other,
  );
}

function cellOf(params: RecurrentParams, name: string): RecurrentCellParams {
  const weight_ih = params[`weight_ih_l${name}` as const];
  const weight_hh = params[`weight_hh_l${name}` as const];
  const bias_ih = params[`bias_ih_l${name}` as const];
  const bias_hh = params[`bias_hh_l${name}` as const];
  if (weight_ih && weight_hh) {
    return { weight_ih, weight_hh, ...(bias_ih && { bias_ih }), ...(bias_hh && { bias_hh }) };
  }
  const missing = `weight_${weight_ih ? "hh" : "ih"}_l${name}`;
  throw new TreeError(`Cannot run a recurrent network: "${missing}" is missing; add it`, missing);
}
