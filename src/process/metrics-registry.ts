import { collectDefaultMetrics, Registry } from 'prom-client';

// Gauges of prom-client that have a counter's name: without it they say the same by kind.
const MISNAMED = ['handles', 'requests', 'resources'].map((of) => `nodejs_active_${of}_total`);

/** A registry of figures for Prometheus, with those of this process in it. */
export function openRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}
