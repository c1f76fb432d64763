import type { Step } from "../step.ts";
import { runTask } from "../task.ts";
import type { Thread } from "../thread.ts";
import { taskOf, ticketsOf, WORD } from "./control.ts";

/**
 * Takes one ticket of the step under way and does its tasks. False if none is left, or if `ticket`
 * is out of date.
 */
export function takeTicket(
  control: Int32Array<ArrayBufferLike>,
  ticket: number,
  step: Step,
  thread: Thread,
  addresses: Int32Array<ArrayBufferLike>,
): boolean {
  const { grain, tickets } = ticketsOf(step.tasks);
  const at = taskOf(ticket);
  if (at >= tickets) return false;
  if (Atomics.compareExchange(control, WORD.ticket, ticket, ticket + 1) !== ticket) return false;
  const end = Math.min(step.tasks, (at + 1) * grain);
  for (let task = at * grain; task < end; task++) runTask(thread, step, task, addresses);
  return true;
}
