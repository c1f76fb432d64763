import type fc from "fast-check";
import { type Aval, bind } from "../../mod.ts";
import { attentionP, type AttentionParams, type AttentionPart } from "../../core/internal.ts";
import { built, type Case, type Elements, f64, fill, pick } from "./case.ts";
import { run } from "./functions.ts";
import type { Generator } from "./generators.ts";

const REAL: Elements = { low: -1, high: 1 };
const PARTS: readonly AttentionPart[] = ["query", "key", "value", "bias"];

/** Operands of attention, with key heads for groups of query heads, a bias and a mask. */
function attentionCase(random: () => number, seed: number): Case & { params: AttentionParams } {
  const side = (most: number): number => pick(random, 1, most);
  const coin = (): boolean => random() < 0.5;
  const [batch, time, source, groups] = [side(2), side(4), 1 + side(3), side(2)];
  const heads = groups * side(2);
  const [size, valueSize] = [side(4), side(3)];
  const spread = (): number[] => [batch, heads, time, source].map((n) => coin() ? n : 1);
  const params = { scale: 0.7, causal: coin(), bias: coin(), mask: coin() };
  const avals: Aval[] = [
    f64([batch, time, heads, size]),
    f64([batch, source, groups, size]),
    f64([batch, source, groups, valueSize]),
    // A bias that is the same for all keys changes nothing: its gradient would be rounding alone.
    ...(params.bias ? [f64([...spread().slice(0, 3), source])] : []),
    ...(params.mask ? [{ shape: spread(), dtype: "bool" as const }] : []),
  ];
  return { avals, values: avals.map((aval, i) => elements(aval, seed + i)), params };
}

function elements(aval: Aval, seed: number): Float64Array {
  return fill(aval, aval.dtype === "bool" ? { low: 0, high: 1.99, integer: true } : REAL, seed);
}

/** The same with the results of attention as further operands, then tangents or cotangents. */
function derivativeCase(
  random: () => number,
  seed: number,
  rest: (one: Case & { params: AttentionParams }, results: readonly Aval[]) => Case,
): Case {
  const one = attentionCase(random, seed);
  const inputs = one.avals.map((aval, i) => ({ ...aval, data: one.values[i]! }));
  const results = run((xs) => bind(attentionP, xs, one.params), inputs);
  const more = rest(one, results);
  return {
    avals: [...one.avals, ...results.map(({ shape, dtype }) => ({ shape, dtype })), ...more.avals],
    values: [...one.values, ...results.map(({ data }) => data), ...more.values],
    params: more.params,
  };
}

/** Some of the operands that have derivatives, at least one. */
function someParts(random: () => number, { bias }: AttentionParams): AttentionPart[] {
  const parts = PARTS.filter((part) => part !== "bias" || bias);
  const chosen = parts.filter(() => random() < 0.6);
  return chosen.length > 0 ? chosen : [parts[pick(random, 0, parts.length - 1)]!];
}

const tangentCases: fc.Arbitrary<Case> = built((random, seed) =>
  derivativeCase(random, seed, ({ avals, params }) => {
    const moves = someParts(random, params);
    const own = moves.map((part) => avals[PARTS.indexOf(part)]!);
    const values = own.map((aval, i) => fill(aval, REAL, seed + 10 + i));
    return { avals: own, values, params: { ...params, moves } };
  })
);

const gradCases: fc.Arbitrary<Case> = built((random, seed) =>
  derivativeCase(random, seed, ({ params }, results) => {
    const ctLse = random() < 0.3;
    const own = (ctLse ? results : results.slice(0, 1)).map(({ shape }) => f64(shape));
    const values = own.map((aval, i) => fill(aval, REAL, seed + 10 + i));
    return { avals: own, values, params: { ...params, wants: someParts(random, params), ctLse } };
  })
);

/** Generators of attention and its derivatives. */
export const ATTENTION_GENERATORS: { readonly [primitive: string]: Generator } = {
  attention: { cases: built(attentionCase) },
  attention_tangent: { cases: tangentCases },
  attention_grad: { cases: gradCases },
};
