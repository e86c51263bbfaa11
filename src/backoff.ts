/**
 * How long to wait after so many failures in a row: `firstMs`, doubled with each, `longestMs` at most, in milliseconds,
 * between half and one and a half of it so that what failed together does not come back together.
 */
export function backOffMs(
  failures: number,
  {
    firstMs,
    longestMs,
    random = Math.random,
  }: { firstMs: number; longestMs: number; random?: () => number },
): number {
  const whole = Math.min(firstMs * 2 ** Math.min(Math.max(failures - 1, 0), 30), longestMs);
  return Math.round(whole * (0.5 + random()));
}
