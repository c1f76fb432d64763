/** The error function and its inverse: the polynomials of the CPU backend. */
export const ERROR_FUNCTION: Readonly<Record<string, string>> = {
  erf_of: `fn erf_of(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let a = clamp(x, -4.0f, 4.0f);
  let square = a * a;
  var p = -2.72614225801306e-10f;
  p = fma(p, square, 2.77068142495902e-08f);
  p = fma(p, square, -2.10102402082508e-06f);
  p = fma(p, square, -5.69250639462346e-05f);
  p = fma(p, square, -7.34990630326855e-04f);
  p = fma(p, square, -2.95459980854025e-03f);
  p = fma(p, square, -1.60960333262415e-02f);
  var q = -1.45660718464996e-05f;
  q = fma(q, square, -2.13374055278905e-04f);
  q = fma(q, square, -1.68282697438203e-03f);
  q = fma(q, square, -7.37332916720468e-03f);
  q = fma(q, square, -1.42647390514189e-02f);
  return a * (p / q);
}`,
  erf_inv_of: `fn erf_inv_of(x: f32) -> f32 {
  let size = magnitude(x);
  if (is_nan(x) || size > 1.0f) { return nan(); }
  if (size == 1.0f) { return with_sign(infinity(), x); }
  var p = 0.0f;
  if (size < 0.25f) {
    let square = x * x;
    p = 6.49596177e-02f;
    p = fma(p, square, 8.65521293e-02f);
    p = fma(p, square, 1.27556175e-01f);
    p = fma(p, square, 2.32013667e-01f);
    p = fma(p, square, 8.86226925e-01f);
    return x * p;
  }
  let w = -log_of((1.0f - x) * (1.0f + x));
  if (w < 5.0f) {
    let c = w - 2.5f;
    p = 2.81022636e-08f;
    p = fma(p, c, 3.43273939e-07f);
    p = fma(p, c, -3.5233877e-06f);
    p = fma(p, c, -4.39150654e-06f);
    p = fma(p, c, 2.1858087e-04f);
    p = fma(p, c, -1.25372503e-03f);
    p = fma(p, c, -4.17768164e-03f);
    p = fma(p, c, 2.46640727e-01f);
    p = fma(p, c, 1.50140941f);
    return x * p;
  }
  let t = sqrt(w) - 3.0f;
  p = -2.00214257e-04f;
  p = fma(p, t, 1.00950558e-04f);
  p = fma(p, t, 1.34934322e-03f);
  p = fma(p, t, -3.67342844e-03f);
  p = fma(p, t, 5.73950773e-03f);
  p = fma(p, t, -7.6224613e-03f);
  p = fma(p, t, 9.43887047e-03f);
  p = fma(p, t, 1.00167406f);
  p = fma(p, t, 2.83297682f);
  return x * p;
}`,
};
