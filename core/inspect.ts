/** Lets `console.log` show a class by its `toString`, in Deno and in Node. */
export function printAsText(prototype: object): void {
  for (const name of ["Deno.customInspect", "nodejs.util.inspect.custom"]) {
    Object.defineProperty(prototype, Symbol.for(name), {
      value(this: object): string {
        return String(this);
      },
    });
  }
}
