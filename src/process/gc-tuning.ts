import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

// V8 doubles its nursery (the young generation) up to 32 MB, and holds it twice.
const MOST_BYTES = 4 * 2 ** 20;

/** Has V8 take little memory for a process that runs for days. To be called before the rest is loaded. */
export function keepHeapSmall(): void {
  // What is being loaded lives long, and would make the nursery large for nothing.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Waiting until the heap has doubled before looking through it saves little time and costs up to 100 MB.
  setFlagsFromString('--heap-growing-percent=20');
  // Looking through 4 MB takes a millisecond or two; threads woken to help take as much again of busy processors.
  setFlagsFromString('--no-parallel-scavenge');
}

/**
 * Lets the nursery grow to 4 MB and no further, also after a quiet hour has made it smaller. At 1 MB a message under
 * way is copied several times until it is sent; a larger one saves little more and is all memory.
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
