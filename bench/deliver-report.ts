import { readFileSync } from 'node:fs';
import type { Backend, Runs } from './deliver-contest.ts';

/** What was asked for. */
export interface Asked {
  readers: number;
  connections: number;
  workers: number;
  dkim: string | null;
  latencyMs: number;
  past: number;
  rounds: number;
}

/** The object that is printed: medians of the rounds. `copies`: how many recorded readers have 0, 1, 2 messages. */
export function report(
  main: Backend,
  runs: Runs,
  copies: number[],
  bytes: number,
  asked: Asked,
): object {
  const figures = medians(runs.real[main]);
  if (!figures) throw new Error('nothing was measured');
  const without = medians(runs.without);
  const signature = medians(runs.signature);
  const ratio = (value: number | undefined) => (value ? round(value, 2) : null);
  return {
    messagesPerSecond: Math.round(figures.messagesPerSecond),
    ratioToSmtpSource: ratio(figures.ratioToSmtpSource),
    ratioToSmtpSourceKept: ratio(figures.ratioToSmtpSourceKept),
    ratioToSendMail: ratio(figures.ratioToSendMail),
    ...(without && {
      ratioToNoPipelining: ratio(figures.messagesPerSecond / without.messagesPerSecond),
    }),
    cpuMsPerMessage: round(figures.cpuMsPerMessage, 3),
    ...(signature && { cpuMsPerBareSignature: round(signature.cpuMsPerSignature, 3) }),
    sinkCpuMsPerMessage: round(figures.sinkCpuMsPerMessage, 3),
    databaseCpuMsPerMessage: round(figures.databaseCpuMsPerMessage, 3),
    stolenShare: round(runs.stolenShare, 3),
    peakRssMb: Math.round(figures.peakRssMb),
    planMs: figures.planMs,
    firstMessageMs: figures.firstMessageMs,
    missed: copies[0],
    once: copies[1],
    doubled: copies[2],
    backend: main,
    kilobytes: round(bytes / 1_024, 1),
    ...asked,
    backends: {
      redis: medians(runs.real.redis) ?? null,
      postgres: medians(runs.real.postgres) ?? null,
    },
    sendMail: medians(runs.sendMail) ?? null,
    smtpSource: medians(runs.smtpSource) ?? null,
    smtpSourceKept: medians(runs.smtpSourceKept) ?? null,
    cpu: readFileSync('/proc/cpuinfo', 'utf8').match(/model name\s*: (.*)/)?.[1] ?? 'unknown',
  };
}

/** Of each figure its median over the runs; undefined without runs. */
function medians<R extends object>(runs: R[]): { [K in keyof R]: number } | undefined {
  const [first] = runs;
  if (!first) return undefined;
  const made: Record<string, number> = {};
  for (const key of Object.keys(first)) {
    const sorted = runs.map((run) => Number(Reflect.get(run, key))).toSorted((a, b) => a - b);
    const middle = sorted.slice(Math.ceil(sorted.length / 2) - 1, sorted.length / 2 + 1);
    made[key] = middle.reduce((sum, value) => sum + value, 0) / middle.length;
  }
  return made as { [K in keyof R]: number };
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
