/**
 * `deno task goldens [DIR] [--filter TEXT]`: runs every golden case below DIR through the public API
 * and prints a line a case. Cases of what does not exist yet are counted apart.
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
  const tally = await runGoldens(dir, args.filter ?? "", (outcome) => {
    if (args.quiet && outcome.status !== "failed") return;
    console.log(`${outcome.status.padEnd(11)} ${outcome.id}: ${outcome.text}`);
  });
  if (tally.unsupported > 0) console.log(`${tally.unsupported} cases are not supported yet`);
  console.log(`${tally.passed} passed, ${tally.failed} failed`);
  if (tally.failed > 0 || tally.passed === 0) Deno.exit(1);
}
