import type { Tensor } from "../../../mod.ts";
import * as nn from "../../../nn/mod.ts";
import type { Attrs, OpTable } from "./_table.ts";

const KINDS = ["weight_ih", "weight_hh", "bias_ih", "bias_hh"] as const;

function cellParams(tensors: readonly Tensor[]): nn.RecurrentCellParams {
  const [weight_ih, weight_hh, bias_ih, bias_hh] = tensors as [Tensor, Tensor, Tensor, Tensor];
  return { weight_ih, weight_hh, bias_ih, bias_hh };
}

/** Tensors in the order layer, direction, kind. */
function params({ bidirectional }: Attrs, tensors: readonly Tensor[]): nn.RecurrentParams {
  const suffixes = bidirectional ? ["", "_reverse"] : [""];
  return Object.fromEntries(tensors.map((tensor, i) => {
    const at = Math.floor(i / KINDS.length);
    const layer = Math.floor(at / suffixes.length);
    return [`${KINDS[i % KINDS.length]}_l${layer}${suffixes[at % suffixes.length]}`, tensor];
  }));
}

/** Golden ops of recurrent networks. */
export const recurrentOps: OpTable = {
  gru: (attrs) => ([x, hidden, ...tensors]) => {
    const y = nn.gru(params(attrs, tensors), x!, { hidden: hidden! });
    return [y.output, y.hidden];
  },
  gru_cell: () => ([x, hidden, ...tensors]) => [
    nn.gruCell(cellParams(tensors), x!, { hidden: hidden! }),
  ],
  lstm: (attrs) => ([x, hidden, cell, ...tensors]) => {
    const y = nn.lstm(params(attrs, tensors), x!, { hidden: hidden!, cell: cell! });
    return [y.output, y.hidden, y.cell];
  },
  lstm_cell: () => ([x, hidden, cell, ...tensors]) => {
    const next = nn.lstmCell(cellParams(tensors), x!, { hidden: hidden!, cell: cell! });
    return [next.hidden, next.cell];
  },
  rnn_cell: () => ([x, hidden, ...tensors]) => [
    nn.rnnCell(cellParams(tensors), x!, { hidden: hidden! }),
  ],
};
