import { reshape, type Tensor } from "../core/mod.ts";

/** [B] as [B, 1, ...] beside `x`; a scalar as it is. */
export function perRow(amount: Tensor, x: Tensor): Tensor {
  if (amount.shape.length === 0) return amount;
  return reshape(amount, [amount.shape[0]!, ...x.shape.slice(1).map(() => 1)]);
}

/**
 * `amount`, if it is one number for all rows.
 *
 * @throws {TypeError} otherwise: one matrix serves all rows
 */
export function scalar(amount: Tensor): Tensor {
  if (amount.shape.length === 0) return amount;
  throw new TypeError(
    `Cannot merge an adapter whose weight differs by row, [${amount.shape.join()}]: ` +
      `one matrix serves all rows; graft it with a scalar weight`,
  );
}
