/** Quantile of the standard normal distribution (Abramowitz and Stegun 1964, 26.2.23; error below 0.0005). */
export function normalQuantile(p: number): number {
  if (p < 0.5) return -normalQuantile(1 - p)
  const t = Math.sqrt(-2 * Math.log(1 - p))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - above / below
}

/**
 * Quantile of Student's t distribution: exact for one and two degrees of freedom, else by its expansion around the
 * normal one (Abramowitz and Stegun 1964, 26.7.5), which is within two hundredths for confidences up to 0.95.
 */
export function studentQuantile(p: number, freedom: number): number {
  if (freedom === 1) return Math.tan(Math.PI * (p - 0.5))
  if (freedom === 2) return (2 * p - 1) * Math.sqrt(2 / (4 * p * (1 - p)))
  const z = normalQuantile(p)
  const z3 = z ** 3
  const z5 = z ** 5
  const z7 = z ** 7
  return (
    z +
    (z3 + z) / (4 * freedom) +
    (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * freedom ** 3)
  )
}
