/**
 * The words that the threads share. TICKET holds the number of the step under way (its epoch) and,
 * in its low bits, the next task of it; a thread takes a task by exchanging it for the next, which
 * fails if the epoch has moved on.
 */
export const WORD = {
  ticket: 0,
  /** Tasks of the step that workers have finished. */
  done: 1,
  /** The program, and the number of the step in it. */
  program: 2,
  step: 3,
  /** Workers asleep on the ticket. */
  parked: 4,
  /** Messages sent to every worker. */
  mail: 5,
  /** 1 while a program runs: workers then spin before they park. */
  active: 6,
  /** 1 once a task has thrown in a worker. */
  failed: 7,
  /** Workers that have started. */
  joined: 8,
  count: 16,
} as const;

const TASK_BITS = 12;
const TASK_MASK = (1 << TASK_BITS) - 1;

/** Next task of a ticket between steps: nothing can be taken. */
export const CLOSED: number = TASK_MASK;

/** Most tickets of a step; steps of more tasks hand out several tasks a ticket. */
export const MAX_TICKETS = 4000;

/** Milliseconds that a worker spins before it parks. */
export const SPIN = 0.05;

/** A ticket word. */
export function ticketOf(epoch: number, task: number): number {
  return (epoch << TASK_BITS) | task;
}

/** The next task of a ticket word. */
export function taskOf(ticket: number): number {
  return ticket & TASK_MASK;
}

/** How many tasks one ticket stands for, and how many tickets there are. */
export function ticketsOf(tasks: number): { readonly grain: number; readonly tickets: number } {
  const grain = Math.ceil(tasks / MAX_TICKETS);
  return { grain, tickets: Math.ceil(tasks / grain) };
}
