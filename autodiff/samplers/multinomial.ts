import {
  clip,
  cumsum,
  div,
  equal,
  keys,
  moveAxis,
  type Operand,
  sub,
  type Tensor,
  where,
} from "../../core/mod.ts";
import { scan } from "../scan.ts";
import { binomial } from "./binomial.ts";
import { spread } from "./_spread.ts";

/**
 * How often each of some outcomes occurs in `n` trials, as f32.
 *
 * @param from one key [2]
 * @param p probabilities [..., K]
 * @param options `n`: trials, broadcasts to the leading axes
 * @returns [..., K]
 */
export function multinomial(
  from: Tensor,
  p: Tensor,
  options: { readonly n: Operand },
): Tensor {
  const outcomes = moveAxis(p, -1, 0); // [K, ...]
  const left = cumsum(outcomes, { axis: 0, reverse: true });
  const ratios = clip(div(outcomes, where(equal(left, 0), 1, left)), 0, 1);
  const shape = p.shape.slice(0, -1);
  const [, counts] = scan(
    (n: Tensor, [ratio, key]: readonly [Tensor, Tensor]) => {
      const count = binomial(key, shape, { n, p: ratio });
      return [sub(n, count), count];
    },
    spread(options.n, shape),
    [ratios, keys(from, ratios.shape[0]!)] as const,
  );
  return moveAxis(counts, 0, -1);
}
