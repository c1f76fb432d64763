import type { OperandCode } from "./operand.ts";
import { invocationsOf, type TileTuning } from "./tuning.ts";

/** Components of a quad. */
export const COMPONENTS: readonly string[] = ["x", "y", "z", "w"];

/** One side of the tile: how its quads lie in workgroup memory, and what an invocation owns. */
export type Side = {
  readonly name: "a" | "b";
  readonly code: OperandCode;
  /** Sides of the workgroup's tile and of the invocation's block along the free axis. */
  readonly tile: number;
  readonly own: number;
  readonly tileK: number;
  /** Name of the invocation's position along this side, and how many there are. */
  readonly at: string;
  readonly count: number;
  /** Quads of the tile, and invocations that load them. */
  readonly quads: number;
  readonly threads: number;
  readonly isDoubled: boolean;
};

/** The side of the rows ("a") or of the columns ("b") of a tiling. */
export function sideOf(name: "a" | "b", code: OperandCode, tuning: TileTuning): Side {
  const { tileK, isDoubled } = tuning;
  const [tile, own] = name === "a" ? [tuning.tileM, tuning.rows] : [tuning.tileN, tuning.columns];
  return {
    name,
    code,
    tile,
    own,
    tileK,
    at: name === "a" ? "ty" : "tx",
    count: tile / own,
    quads: tile * tileK / 4,
    threads: invocationsOf(tuning),
    isDoubled,
  };
}

/** The tile in workgroup memory: two of them if they are used in turn. */
export function declaration({ name, quads, isDoubled }: Side): string {
  const size = isDoubled ? 2 * quads : quads;
  return `var<workgroup> tile_${name}: array<vec4<f32>, ${size}>;`;
}

/** Where the current of two tiles starts. */
function start({ name, isDoubled }: Side): string {
  return isDoubled ? `at_${name} + ` : "";
}

/** Quads of a row along k in one tile. */
export function quadsOfK({ tileK }: Side): number {
  return tileK / 4;
}

/**
 * Rows whose quads run along k are exchanged among the quads of a row, so that eight neighbours
 * read from eight different banks. The exchange has a period of eight rows.
 */
function exchange(s: Side, row: string): string {
  const width = quadsOfK(s);
  if (width === 1 || width > 8 || (width & (width - 1)) !== 0) return "0u";
  if ((s.tile / 4) % 8 !== 0 || s.count % 8 !== 0) return "0u";
  return width === 8 ? `${row} % 8u` : `${row} / ${8 / width}u % ${width}u`;
}

/** Where each quad that an invocation loads lies: in the operand, and in the tile. */
export function slots(s: Side): string {
  const { name, tile, code, threads } = s;
  const first = name === "a" ? "m0" : "n0";
  const width = quadsOfK(s);
  return slotNumbers(s).map((i) => {
    const at = i === 0 ? "t" : `t + ${i * threads}u`;
    const id = `${name}${i}`;
    if (code.along === "free") {
      return `let slot_${id} = ${at};
  let k_${id} = slot_${id} / ${tile / 4}u;
  let free_${id} = ${first} + slot_${id} % ${tile / 4}u * 4u;`;
    }
    return `let row_${id} = (${at}) / ${width}u;
  let quad_${id} = (${at}) % ${width}u;
  let slot_${id} = row_${id} * ${width}u + (quad_${id} ^ (${exchange(s, `row_${id}`)}));
  let k_${id} = quad_${id} * 4u;
  let free_${id} = ${first} + row_${id} % ${tile / 4}u * 4u + row_${id} / ${tile / 4}u;`;
  }).join("\n  ");
}

function slotNumbers({ quads, threads }: Side): number[] {
  return Array.from({ length: Math.ceil(quads / threads) }, (_, i) => i);
}

/** Loads the quads of the tile that starts at `k` into registers. */
export function fetch(s: Side, k: string, isFirst: boolean): string {
  const { name, code } = s;
  return slotNumbers(s).map((i) => {
    const id = `${name}${i}`;
    const quad = code.quad(`base_${name}`, `free_${id}`, `${k} + k_${id}`);
    const statement = onlyWhere(s, i, `r_${id} = ${quad};`);
    return isFirst ? `var r_${id} = vec4<f32>();\n  ${statement}` : statement;
  }).join("\n  ");
}

/** A statement for slot number `i` of an invocation: there may be fewer quads than invocations. */
function onlyWhere({ quads, threads }: Side, i: number, statement: string): string {
  const rest = quads - i * threads;
  return rest < threads ? `if (t < ${rest}u) { ${statement} }` : statement;
}

/** Stores the registers into the tile. */
export function put(s: Side): string {
  const at = start(s);
  return slotNumbers(s).map((i) =>
    onlyWhere(s, i, `tile_${s.name}[${at}slot_${s.name}${i}] = r_${s.name}${i};`)
  ).join("\n    ");
}

/** Turns to the other of two tiles. */
export function swap({ name, quads }: Side): string {
  return `at_${name} = ${quads}u - at_${name};`;
}

/** The rows that an invocation owns, four steps of k each, where quads run along k. */
export function rowsAlongK(s: Side, q: number): string[] {
  if (s.code.along !== "k") return [];
  const width = quadsOfK(s);
  const at = start(s);
  const lines = [
    `let q_${s.name} = ${at}${s.at} * ${width}u + (${q}u ^ (${exchange(s, s.at)}));`,
  ];
  for (let i = 0; i < s.own; i++) {
    const row = (i % 4) * (s.tile / 4) + (i >> 2) * s.count;
    lines.push(`let ${s.name}_${i} = tile_${s.name}[q_${s.name} + ${row * width}u];`);
  }
  return lines;
}

/** The quads along the free axis that an invocation owns at one step of k. */
export function quadsAt(s: Side, q: number, c: number): string[] {
  const at = start(s);
  const lines: string[] = [];
  for (let j = 0; j < s.own / 4; j++) {
    if (s.code.along === "free") {
      const place = (4 * q + c) * (s.tile / 4) + j * s.count;
      lines.push(`let ${s.name}${j} = tile_${s.name}[${at}${s.at} + ${place}u];`);
    } else if (s.name === "b") {
      const parts = [0, 1, 2, 3].map((i) => `b_${4 * j + i}.${COMPONENTS[c]}`);
      lines.push(`let b${j} = vec4<f32>(${parts.join(", ")});`);
    }
  }
  return lines;
}
