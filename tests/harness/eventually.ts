import { vi } from 'vitest';

/**
 * Waits until `check` passes, and answers what it answers. The deadline is no measure of speed: it is so late that it
 * passes only where the condition never comes, however busy the machine.
 */
export function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 100_000, interval: 50 });
}
