import { Graph } from "./graph.ts";
import type { AnyPrimitive } from "./primitive.ts";
import type { Aval } from "./shape.ts";

/**
 * Interning: primitive with parameters, types and Graphs become integers, so that a Graph's key is an
 * array of integers, hashed and compared exactly. The table of Graphs is bounded: those used least
 * recently go first, and with them their transforms and programs.
 */

const MAX_GRAPHS = 4096;

const signatures = new Map<string, number>();
const avalIds = new Map<string, number>();
const buckets = new Map<number, Graph[]>();
const recent = new Set<Graph>();
let graphIds = 0;

/** Primitive and parameters as one integer. */
export function signatureOf(primitive: AnyPrimitive, params: unknown): number {
  const key = params === null ? primitive.name : `${primitive.name}|${paramsKey(params)}`;
  let signature = signatures.get(key);
  if (signature === undefined) {
    signature = signatures.size + 1;
    signatures.set(key, signature);
  }
  return signature;
}

/** Parameters as text, exactly: numbers by their bits as far as -0, NaN and infinities go. */
export function paramsKey(value: unknown): string {
  switch (typeof value) {
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "string":
      return JSON.stringify(value);
    case "boolean":
    case "undefined":
      return String(value);
    case "object": {
      if (value === null) return "null";
      if (value instanceof Graph) return `graph${intern(value).id}`;
      if (Array.isArray(value)) return `[${value.map(paramsKey).join()}]`;
      const record = value as Record<string, unknown>;
      return `{${Object.keys(record).sort().map((k) => `${k}:${paramsKey(record[k])}`).join()}}`;
    }
    default:
      throw new TypeError(`Cannot use a ${typeof value} as a parameter of a primitive`);
  }
}

/** A type as one integer. */
export function avalId(aval: Aval): number {
  const key = `${aval.dtype}${aval.shape.join()}`;
  let id = avalIds.get(key);
  if (id === undefined) {
    id = avalIds.size + 1;
    avalIds.set(key, id);
  }
  return id;
}

/** The one Graph with this structure. */
export function intern(graph: Graph): Graph {
  if (graph.id !== 0 && recent.has(graph)) {
    recent.delete(graph);
    recent.add(graph);
    return graph;
  }
  const key = graphKey(graph);
  const bucket = buckets.get(graph.hash) ?? [];
  for (const other of bucket) {
    if (!sameKey(other.key!, key)) continue;
    recent.delete(other);
    recent.add(other);
    return other;
  }
  if (graph.id === 0) graph.id = ++graphIds;
  bucket.push(graph);
  buckets.set(graph.hash, bucket);
  recent.add(graph);
  if (recent.size > MAX_GRAPHS) forget(recent.values().next().value!);
  return graph;
}

/** What `make` derives from the Graph, made once for every structure. */
export function memo<T>(graph: Graph, name: string, make: (graph: Graph) => T): T {
  const one = intern(graph);
  if (!one.memos.has(name)) one.memos.set(name, make(one));
  return one.memos.get(name) as T;
}

/** Forgets every Graph with its transforms and programs. */
export function clearCaches(): void {
  for (const graph of [...recent]) forget(graph);
}

/** How many Graphs are interned. */
export function internedGraphs(): number {
  return recent.size;
}

function forget(graph: Graph): void {
  recent.delete(graph);
  graph.memos.clear();
  const bucket = buckets.get(graph.hash)!.filter((other) => other !== graph);
  if (bucket.length > 0) buckets.set(graph.hash, bucket);
  else buckets.delete(graph.hash);
}

function graphKey(graph: Graph): Int32Array {
  if (graph.key) return graph.key;
  let length = 2 + graph.inputs + graph.outputs.length;
  for (const node of graph.nodes) length += 2 + node.inputs.length;
  const key = new Int32Array(length);
  let at = 0;
  key[at++] = graph.inputs;
  key[at++] = graph.nodes.length;
  for (let i = 0; i < graph.inputs; i++) key[at++] = avalId(graph.avals[i]!);
  for (const node of graph.nodes) {
    key[at++] = node.signature;
    key[at++] = node.inputs.length;
    for (const input of node.inputs) key[at++] = input;
  }
  for (const output of graph.outputs) key[at++] = output;
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ key[i]!, 0x01000193);
  graph.hash = hash;
  graph.key = key;
  return key;
}

function sameKey(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
