import { warmUpCeiling } from '../relays/pace/warm-up.ts';
import type { RelaySettings } from '../relays/settings.ts';

/** How many messages a relay may take on a calendar day (YYYY-MM-DD, UTC) of its warm-up; null: as many as it likes. */
export function dayOfWarmUp({ warmUp }: RelaySettings, day: string): number | null {
  if (!warmUp) return null;
  const ceiling = warmUpCeiling(warmUp, day);
  return Number.isFinite(ceiling) ? ceiling : null;
}
