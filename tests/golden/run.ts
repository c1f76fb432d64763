/**
 * `deno task goldens [DIR] [--filter TEXT]`: runs every golden case below DIR through the public API
 * and prints a line a case. Cases of what does not exist, or that nothing can be asked to pass, are
 * left out and counted apart.
 */
import { parseArgs } from "@std/cli/parse-args";
import { runModelCases } from "./models.ts";
import { type Outcome, runManifest } from "./ops.ts";

/** How many cases ended how. */
export type Tally = { passed: number; failed: number; unsupported: number };

/** Runs all cases below a folder; `report` gets every outcome as it comes. */
export async function runGoldens(
  dir: string,
  filter: string,
  report: (outcome: Outcome) => void,
): Promise<Tally> {
  const tally: Tally = { passed: 0, failed: 0, unsupported: 0 };
  const count = (outcome: Outcome): void => {
    tally[outcome.status]++;
    report(outcome);
  };
  for (const path of await manifests(dir)) {
    for await (const outcome of runManifest(path, filter)) count(outcome);
  }
  for await (const outcome of runModelCases(dir, filter)) count(outcome);
  return tally;
}

/** So many cases that are left out are listed with their reasons; of more there is a count. */
const MOST_LISTED = 10;

/** What to print about cases that are left out: nothing, a line and one for each, or a count. */
export function leftOut(cases: readonly Outcome[]): readonly string[] {
  const count = cases.length;
  if (count === 0) return [];
  const title = count === 1 ? "1 case is left out" : `${count} cases are left out`;
  if (count > MOST_LISTED) return [`${title}: those called unsupported without --quiet`];
  return [`${title}:`, ...cases.map(({ id, text }) => `  ${id}: ${text}`)];
}

/** Paths of the op manifests below a folder. */
async function manifests(dir: string): Promise<string[]> {
  const found: string[] = [];
  for (const base of [`${dir}/ops`, dir]) {
    try {
      for await (const entry of Deno.readDir(base)) {
        if (!entry.isFile || !entry.name.endsWith(".json")) continue;
        const text = await Deno.readTextFile(`${base}/${entry.name}`);
        if (text.includes('"ops-goldens/1"')) found.push(`${base}/${entry.name}`);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return found.sort();
}

if (import.meta.main) {
  const args = parseArgs(Deno.args, { string: ["filter"], boolean: ["quiet"] });
  const dir = String(args._[0] ?? new URL("../goldens", import.meta.url).pathname);
  if (!await Deno.stat(dir).then(({ isDirectory }) => isDirectory, () => false)) {
    console.error(`error: Cannot run the cases of "${dir}": there is no such folder`);
    Deno.exit(1);
  }
  const unsupported: Outcome[] = [];
  const tally = await runGoldens(dir, args.filter ?? "", (outcome) => {
    if (outcome.status === "unsupported") unsupported.push(outcome);
    if (args.quiet && outcome.status !== "failed") return;
    console.log(`${outcome.status.padEnd(11)} ${outcome.id}: ${outcome.text}`);
  });
  for (const line of leftOut(unsupported)) console.log(line);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  if (tally.failed > 0 || tally.passed === 0) Deno.exit(1);
}
