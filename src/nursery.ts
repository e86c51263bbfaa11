import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

// V8 doubles its nursery (the young generation) up to 32 MB, and holds it twice.
const MOST_BYTES = 4 * 2 ** 20;

/** Keeps V8's nursery as small as it starts: what is being loaded lives long and would make it large for nothing. */
export function keepNursery(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/**
 * Lets it grow to 4 MB and no further, also after a quiet hour has made it smaller. At 1 MB a message under way is
 * copied several times until it is sent; a larger one saves little more and is all memory.
 */
export function boundNursery(): void {
  const observer = new PerformanceObserver(() => {
    const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space');
    if (!young) return;
    const bytes = young.space_used_size + young.space_available_size;
    // Half of it or less: what V8 says is a few bytes short of a power of two.
    setFlagsFromString(`--semi-space-growth-factor=${bytes <= MOST_BYTES / 2 ? 2 : 1}`);
  });
  observer.observe({ entryTypes: ['gc'] });
}
