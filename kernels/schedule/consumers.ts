import type { Norm } from "./node.ts";

/** Who uses a node. */
export type Consumers = {
  /** The nodes that have it as an operand, each once. */
  readonly direct: readonly (readonly number[])[];
  /** At most two of the nodes that use it as it is or through views; -1 is the caller. */
  readonly real: readonly (readonly number[])[];
  readonly isOutput: Uint8Array;
};

/** Who uses what. */
export function consumersOf({ nodes, outputs }: Norm): Consumers {
  const direct: number[][] = nodes.map(() => []);
  const real: number[][] = nodes.map(() => []);
  const isOutput = new Uint8Array(nodes.length);
  for (const v of outputs) {
    isOutput[v] = 1;
    real[v]!.push(-1);
  }
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i]!;
    const users = node.kind === "view" ? real[i]! : [i];
    node.inputs.forEach((k, j) => {
      if (node.inputs.indexOf(k) < j) return;
      direct[k]!.push(i);
      if (node.kind === "order") return;
      const seen = real[k]!;
      for (const user of users) if (seen.length < 2 && !seen.includes(user)) seen.push(user);
    });
  }
  for (const list of direct) list.reverse();
  return { direct, real, isOutput };
}
