import { main } from "../../cli/main.ts";

/** What a command line has written and its exit code. */
export type Ran = { readonly code: number; readonly out: string; readonly notes: string };

/** Runs a command line. */
export async function run(...args: readonly string[]): Promise<Ran> {
  let out = "";
  let notes = "";
  const code = await main(args, {
    out: (line) => void (out += `${line}\n`),
    write: (text) => void (out += text),
    note: (line) => void (notes += `${line}\n`),
    status: null,
  });
  return { code, out, notes };
}
