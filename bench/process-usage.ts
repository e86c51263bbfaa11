import { readdirSync, readFileSync } from 'node:fs';

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
  const { cpuMs } = statOf(pid);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    cpuMs,
    peakRssMb: Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024,
  };
}

/** CPU time of a server and its children, of those too that have ended, in milliseconds. */
export function familyCpuMs(pid: number): number {
  const server = statOf(pid);
  let sum = server.cpuMs + server.endedMs;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const { parent, cpuMs } = statOf(Number(name));
      if (parent === pid) sum += cpuMs;
    } catch {
      // it has ended meanwhile, and the next look finds it among the ended
    }
  }
  return sum;
}

/** Processor time of the whole machine since it started, in ticks: all of it, and what its host gave to others. */
export function machineTicks(): { all: number; stolen: number } {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n', 1);
  // user nice system idle iowait irq softirq steal; what follows is part of user already
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  return { all: ticks.reduce((sum, each) => sum + each, 0), stolen: ticks[7] ?? 0 };
}

function statOf(pid: number): { parent: number; cpuMs: number; endedMs: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const ms = (field: number) => Number(stat[field]) * TICK_MS;
  return { parent: Number(stat[1]), cpuMs: ms(11) + ms(12), endedMs: ms(13) + ms(14) };
}
