import { type Aval, bind, type Graph, type Primitive, type Tensor } from "../core/mod.ts";
import { applyGraph, intern, memo, traceClosed, zerosOf } from "../core/internal.ts";
import { cheapestResiduals } from "./_cheap.ts";
import { maskText } from "./_expansion.ts";
import { subGraph } from "./_sub_graph.ts";
import { jvpGraph } from "./jvp_graph.ts";
import { dependents, residualsOf } from "./partition.ts";
import type { ScanParams } from "./_scan_params.ts";

type Tensors = readonly Tensor[];
type Tangents = readonly (Tensor | null)[];
type Scan = Primitive<Tensors, Tensors, ScanParams>;

/** The body of a scan as a primal body that also returns residuals, and a linear one. */
type SplitBody = {
  /** Which carries have a tangent. */
  readonly moving: readonly boolean[];
  /** Which stacked outputs have a tangent. */
  readonly movingOutputs: readonly boolean[];
  /** Constants, carry, slices to carry, slices, then the slices of residuals that no output holds. */
  readonly primal: Graph;
  /** Constants to the residuals that are the same in every step. */
  readonly invariant: Graph;
  /** Where each varying residual comes from: a scanned input or a stacked output of the primal. */
  readonly sources: readonly Source[];
  /** Invariant residuals, tangents of constants, of the carry, residuals, tangents of slices. */
  readonly linear: Graph;
};

type Source = { readonly kind: "input" | "output"; readonly index: number };

/**
 * Primal and tangent never share a loop: a primal scan returns the residuals stacked, a linear scan
 * consumes them. Residuals that are the same in every step stay constants.
 */
export function scanJvp(
  scan: Scan,
  primals: Tensors,
  tangents: Tangents,
  params: ScanParams,
): readonly [Tensors, Tangents] {
  const { body, consts, carry } = params;
  const moves = tangents.map((dx) => dx !== null);
  const name = `scan ${maskText(moves)} ${consts} ${carry}`;
  const split = memo(body, name, (body) => splitBody(body, moves, consts, carry));
  const results = bind(scan, primals, { ...params, body: split.primal });
  const residuals = split.sources.map(({ kind, index }) =>
    kind === "input" ? primals[index]! : results[index]!
  );
  const outputs = results.slice(0, body.outputs.length);
  const constTangents = tangents.slice(0, consts).filter((dx) => dx !== null);
  const carryTangents = split.moving.flatMap((moving, i) => {
    const x = primals[consts + i]!;
    return moving ? [tangents[consts + i] ?? zerosOf(x.aval)] : [];
  });
  const invariant = applyGraph(split.invariant, primals.slice(0, consts));
  if (split.linear.outputs.length === 0) return [outputs, outputs.map(() => null)];
  const moved = bind(scan, [
    ...invariant,
    ...constTangents,
    ...carryTangents,
    ...residuals,
    ...tangents.slice(consts + carry).filter((dx) => dx !== null),
  ], {
    ...params,
    body: split.linear,
    consts: invariant.length + constTangents.length,
    carry: carryTangents.length,
  });
  let next = 0;
  return [
    outputs,
    [...split.moving, ...split.movingOutputs].map((has) => has ? moved[next++]! : null),
  ];
}

function splitBody(
  body: Graph,
  given: readonly boolean[],
  consts: number,
  carry: number,
): SplitBody {
  const moves = movingInputs(body, given, consts, carry);
  const { graph: whole, tangents } = jvpGraph(body, moves);
  const primalInputs = range(0, body.inputs);
  const tangentInputs = range(body.inputs, whole.inputs);
  const outputs = whole.outputs.slice(0, body.outputs.length);
  const movedOutputs = whole.outputs.slice(body.outputs.length);
  const depends = dependents(whole, [
    ...primalInputs.map(() => false),
    ...tangentInputs.map(() => true),
  ]);
  const varies = dependents(whole, primalInputs.map((i) => i >= consts));
  const isInvariant = (v: number): boolean => !varies[v];
  const stored = (v: number): boolean => isSlice(v) || stackedAt(v) >= 0;
  const free = (v: number): boolean => isInvariant(v) || stored(v);
  const isSlice = (v: number): boolean => v >= consts + carry && v < body.inputs;
  const stackedAt = (v: number): number => outputs.indexOf(v, carry);
  const residuals = cheapestResiduals(whole, residualsOf(whole, depends, movedOutputs), {
    free,
    stored,
  });
  const invariant = residuals.filter(isInvariant);
  const varying = residuals.filter((v) => !isInvariant(v));
  const kept = varying.filter((v) => !stored(v));
  const moved = moves.filter((_, i) => i < consts).filter(Boolean).length;
  const movedCarry = moves.slice(consts, consts + carry).filter(Boolean).length;
  const linear = subGraph(whole, [
    ...invariant,
    ...tangentInputs.slice(0, moved + movedCarry),
    ...varying,
    ...tangentInputs.slice(moved + movedCarry),
  ], movedOutputs);
  return {
    moving: moves.slice(consts, consts + carry),
    movingOutputs: tangents.slice(carry),
    primal: intern(subGraph(whole, primalInputs, [...outputs, ...kept])),
    invariant: intern(subGraph(whole, range(0, consts), invariant)),
    sources: varying.map((v): Source => {
      if (isSlice(v)) return { kind: "input", index: v };
      const at = stackedAt(v);
      return { kind: "output", index: at >= 0 ? at : outputs.length + kept.indexOf(v) };
    }),
    linear: intern(withZeroCarries(
      linear,
      moves.slice(consts, consts + carry).map((m, i) => ({ moves: m, has: tangents[i]! })),
      outputs.slice(0, carry).map((v) => whole.avals[v]!),
    )),
  };
}

/** Inputs that move, with carries added until a step makes no other carry move. */
function movingInputs(
  body: Graph,
  given: readonly boolean[],
  consts: number,
  carry: number,
): readonly boolean[] {
  let moves = given;
  for (;;) {
    const { tangents } = jvpGraph(body, moves);
    const next = moves.map((moved, i) =>
      moved || (i >= consts && i < consts + carry && tangents[i - consts]!)
    );
    if (next.every((moved, i) => moved === moves[i])) return moves;
    moves = next;
  }
}

/** A carry that moves must come out of every step, as zero where the step makes it constant. */
function withZeroCarries(
  linear: Graph,
  carries: readonly { readonly moves: boolean; readonly has: boolean }[],
  avals: readonly Aval[],
): Graph {
  if (carries.every(({ moves, has }) => !moves || has)) return linear;
  return traceClosed((inputs) => {
    const results = applyGraph(linear, inputs);
    let next = 0;
    const filled = carries.flatMap(({ moves, has }, i) => {
      if (!moves) return [];
      return [has ? results[next++]! : zerosOf(avals[i]!)];
    });
    return [...filled, ...results.slice(next)];
  }, linear.avals.slice(0, linear.inputs));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
