/** Where a command writes to: tests give their own. */
export type Terminal = {
  /** A line of results. */
  readonly out: (line: string) => void;
  /** Text of results as it comes, without a line break. */
  readonly write: (text: string) => void;
  /** A line about what is going on, apart from the results. */
  readonly note: (line: string) => void;
  /** Overwrites the last line of notes; null where nobody is watching. */
  readonly status: ((line: string) => void) | null;
};

/** The terminal that the process was started from. */
export function processTerminal(): Terminal {
  const encoder = new TextEncoder();
  const put = (stream: typeof Deno.stdout, text: string): void => {
    for (let bytes = encoder.encode(text); bytes.length > 0;) {
      bytes = bytes.subarray(stream.writeSync(bytes));
    }
  };
  const isWatched = Deno.stderr.isTerminal();
  return {
    out: (line) => put(Deno.stdout, `${line}\n`),
    write: (text) => put(Deno.stdout, text),
    note: (line) => put(Deno.stderr, `${isWatched ? CLEAR : ""}${line}\n`),
    status: isWatched ? (line) => put(Deno.stderr, CLEAR + line) : null,
  };
}

// To the first column, then clear to the end of the line.
const CLEAR = "\r\x1b[K";
