import type { Settings } from "./options.ts";

/** Whether a text ends with these new tokens: by an end token or a stop string. */
export function isFinished(
  fresh: readonly number[],
  settings: Pick<Settings, "ends" | "stopStrings" | "decode">,
): boolean {
  const last = fresh[fresh.length - 1];
  if (last === undefined) return false;
  if (settings.ends.includes(last)) return true;
  if (settings.stopStrings.length === 0) return false;
  // Only an occurrence that the last token completed is new; a token is a byte at least.
  const longest = Math.max(...settings.stopStrings.map((text) => 4 * text.length));
  const text = settings.decode!(fresh.slice(-longest - 1));
  return settings.stopStrings.some((stop) => text.includes(stop));
}
