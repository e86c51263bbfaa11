import { readFileSync } from 'node:fs';

/** What a process has used so far. */
export interface Usage {
  /** User and system time, in milliseconds. */
  cpuMs: number;
  /** The most memory it has held at once, in MB. */
  peakRssMb: number;
}

// Linux counts CPU time in ticks of 10 ms for every program that asks through /proc.
const TICK_MS = 10;

/** Reads /proc; Linux only. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuMs: (Number(stat[11]) + Number(stat[12])) * TICK_MS,
    peakRssMb: Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024,
  };
}
