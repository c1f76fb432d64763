/** Entry point of a worker thread of the CPU backend. */
import { type Call, linkModule, linkProducts } from "../link.ts";
import { WORD } from "./control.ts";
import type { Message } from "./message.ts";
import { parentPort } from "./ports.ts";
import { work, type WorkerState } from "./work.ts";

type Running = { readonly state: WorkerState; readonly calls: Call[]; memory: WebAssembly.Memory };

let running: Running | null = null;

parentPort((message) => {
  if (message.kind === "start") running = start(message);
  if (!running) return;
  const { state, calls, memory } = running;
  if (message.kind === "code") linkModule(message.made, memory, calls);
  if (message.kind === "program") state.programs.set(message.number, message.steps);
  state.received++;
  work(state);
});

function start(message: Message & { readonly kind: "start" }): Running {
  const { memory, control, addresses, scratch } = message;
  const calls: Call[] = [];
  for (const made of message.modules) linkModule(made, memory, calls);
  const thread = { calls, products: linkProducts(message.products, memory), scratch };
  Atomics.add(control, WORD.joined, 1);
  return {
    state: { control, addresses, thread, programs: new Map(), received: 0 },
    calls,
    memory,
  };
}
