import type { GpuPiece } from "./memory.ts";

/**
 * Work that has to wait for reads of the host, one after the other. While there is some, whatever
 * comes later waits in the line behind it: it may need results that are still to be computed, or
 * give up memory that is still in use. Results have their memory from the start, so that they can be
 * handed on at once.
 */
export type Line = {
  readonly isEmpty: () => boolean;
  /** Adds work; where it fails, its results tell so when they are used. */
  readonly add: (work: Work) => void;
  /** Resolves when all that is in the line has been done. */
  readonly done: () => Promise<void>;
  /** Throws what went wrong when one of these was to be computed. */
  readonly check: (pieces: readonly GpuPiece[]) => void;
};

/** Work in the line, what it needs, and what it makes. */
export type Work = {
  readonly run: () => void | Promise<void>;
  readonly inputs?: readonly GpuPiece[];
  readonly results?: readonly GpuPiece[];
};

/** An empty line. */
export function newLine(): Line {
  const failures = new WeakMap<GpuPiece, { readonly error: unknown }>();
  let waiting = 0;
  let last: Promise<void> = Promise.resolve();
  const check = (pieces: readonly GpuPiece[]): void => {
    for (const piece of pieces) {
      const failure = failures.get(piece);
      if (failure) throw failure.error;
    }
  };
  const work = async ({ run, inputs = [], results = [] }: Work): Promise<void> => {
    try {
      check(inputs);
      await run();
    } catch (error) {
      for (const piece of results) failures.set(piece, { error });
    } finally {
      waiting--;
    }
  };
  return {
    isEmpty: () => waiting === 0,
    add: (one) => {
      waiting++;
      last = last.then(() => work(one));
    },
    done: () => last,
    check,
  };
}
