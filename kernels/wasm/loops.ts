import type { Fn } from "./asm.ts";
import { I32 } from "./opcodes.ts";

/** do { body; i += step } while (i <= last), if i <= last to begin with; signed. */
export function loopTo(fn: Fn, i: number, last: () => void, step: number, body: () => void): void {
  const limit = fn.local(I32);
  last();
  fn.set(limit);
  fn.get(i).get(limit).op("i32.le_s").if(() =>
    fn.loop(() => {
      body();
      fn.get(i).i32(step).op("i32.add").tee(i).get(limit).op("i32.le_s").branchIf(0);
    })
  );
}
