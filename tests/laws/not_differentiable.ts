const TRUTH = "its results are true or false";
const BITS = "it works on bits, which have no neighbours";
const POSITION = "its results are positions";
const MADE = "it has no operands";

/** Primitives without a derivative: for each the reason. The derivative laws say nothing of them. */
export const NOT_DIFFERENTIABLE: { readonly [primitive: string]: string } = {
  eq: TRUTH,
  ne: TRUTH,
  lt: TRUTH,
  le: TRUTH,
  gt: TRUTH,
  ge: TRUTH,
  is_finite: TRUTH,
  and: BITS,
  or: BITS,
  xor: BITS,
  not: BITS,
  shift_left: BITS,
  shift_right_arithmetic: BITS,
  shift_right_logical: BITS,
  population_count: BITS,
  count_leading_zeros: BITS,
  bitcast_convert_type: BITS,
  threefry2x32: BITS,
  random_bits: BITS,
  argmax: POSITION,
  argmin: POSITION,
  constant: MADE,
  iota: MADE,
};
