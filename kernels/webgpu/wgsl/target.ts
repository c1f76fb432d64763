import { WHOLE, type Windows } from "./windows.ts";

/** What kernels may use beyond what every device has. */
export type Switches = {
  /** Halves are a type of their own: stored as they are, instead of two in a word. */
  readonly hasF16: boolean;
  /** Whether invocations of a subgroup add up without memory, and if that has to be enabled. */
  readonly subgroups: "none" | "implied" | "enabled";
};

/** What a kernel is printed for. */
export type Target = Windows & Switches;

/** Every device, with arrays that one binding reaches. */
export const BASELINE: Target = { ...WHOLE, hasF16: false, subgroups: "none" };

/** The lines that a text has to begin with. */
export function directives(text: string, { subgroups }: Pick<Target, "subgroups">): string {
  const lines = [
    /\bf16\b/.test(text) ? "enable f16;\n" : "",
    subgroups === "enabled" && /\bsubgroup[A-Z_]/.test(text) ? "enable subgroups;\n" : "",
  ];
  return lines.join("");
}
