/** A flag of the bench that must be a whole number from 1 on. Throws Error. */
export function wholeNumber(name: string, given: string): number {
  if (!/^[1-9]\d*$/.test(given)) throw new Error(`--${name} must be a whole number`);
  return Number(given);
}
