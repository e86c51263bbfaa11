import { execFileSync } from 'node:child_process';
import { sql } from 'kysely';
import { bareSignature, type SignatureRun } from './deliver-dkim.ts';
import { type OtherRun, runSendMail, runSmtpSource } from './deliver-others.ts';
import { type RealRun, type RealSettings, runReal } from './deliver-real.ts';
import type { Newsroom } from './newsroom.ts';
import type { RunningSink } from './postfix.ts';
import { machineTicks } from './process-usage.ts';

export type Backend = 'redis' | 'postgres';

/** The whole path once, and how it did against what ran right before and after it. */
type ComparedRun = RealRun & Ratios;
type Ratios = {
  [K in 'ratioToSmtpSource' | 'ratioToSmtpSourceKept' | 'ratioToSendMail']?: number;
};

interface ContestSettings extends RealSettings {
  backends: Backend[];
  rounds: number;
  /** A sink without PIPELINING, where that is to be compared. */
  plain: RunningSink | undefined;
  message: { html: string; text: string; bytes: number };
  /** How many messages the others send at a time. */
  others: { sendMail: number; smtpSource: number; smtpSourceKept: number };
}

/** All runs of each contestant. */
export interface Runs {
  real: Record<Backend, ComparedRun[]>;
  without: RealRun[];
  sendMail: OtherRun[];
  smtpSource: OtherRun[];
  smtpSourceKept: OtherRun[];
  signature: SignatureRun[];
  /** Of the processors' time the share that the machine's host gave to others meanwhile. */
  stolenShare: number;
}

/** smtp-source, with a connection a message and with kept ones; neither where Postfix's files are not there. */
interface Source {
  each: OtherRun | undefined;
  kept: OtherRun | undefined;
}

/**
 * Runs the contestants in turn. A machine that is one of several on its host changes its speed from minute to minute:
 * so smtp-source runs before and after each sending of ours, and a ratio is taken from what ran next to each other.
 */
export async function runContest(settings: ContestSettings): Promise<Runs> {
  const { newsroom, sink, connections, backends, rounds, plain, message, others } = settings;
  const runs: Runs = {
    real: { redis: [], postgres: [] },
    without: [],
    sendMail: [],
    smtpSource: [],
    smtpSourceKept: [],
    signature: [],
    stolenShare: 0,
  };
  const ticks = machineTicks();
  const source = async (): Promise<Source> => {
    await allWritten(newsroom);
    const run = (messages: number, keptOpen: boolean) =>
      runSmtpSource(sink.port, connections, messages, message.bytes, keptOpen);
    const each = await run(others.smtpSource, false);
    const kept = await run(others.smtpSourceKept, true);
    if (each) runs.smtpSource.push(each);
    if (kept) runs.smtpSourceKept.push(kept);
    say(`smtp-source ${rate(each)}, with -d ${rate(kept)}`);
    return { each, kept };
  };
  const onQueue = async (backend: Backend | undefined, at: RealSettings['sink']) => {
    await allWritten(newsroom);
    return runReal({
      ...settings,
      sink: at,
      redisUrl: backend === 'redis' ? settings.redisUrl : undefined,
    });
  };
  for (let round = 1; round <= rounds; round += 1) {
    const sendMail = await runSendMail(sink.port, connections, others.sendMail, message);
    runs.sendMail.push(sendMail);
    say(`round ${round}: sendMail ${rate(sendMail)}`);
    let before = await source();
    for (const backend of backends) {
      const run = await onQueue(backend, sink);
      const after = await source();
      const compared = { ...run, ...ratios(run, sendMail, before, after) };
      runs.real[backend].push(compared);
      const cpu = `${run.cpuMsPerMessage.toFixed(3)} ms CPU`;
      const ratio = compared.ratioToSmtpSource?.toFixed(2) ?? '?';
      say(`round ${round}: gaceta on ${backend} ${rate(run)}, ${cpu} (${ratio} × smtp-source)`);
      before = after;
    }
    if (plain) {
      const run = await onQueue(backends[0], plain);
      runs.without.push(run);
      say(`round ${round}: gaceta without PIPELINING ${rate(run)}`);
    }
    if (settings.dkimFile) runs.signature.push(bareSignature(settings.dkimFile));
  }
  const { all, stolen } = machineTicks();
  runs.stolenShare = (stolen - ticks.stolen) / (all - ticks.all);
  return runs;
}

/** Has on disk what was written so far: what one run leaves is not to be written while the next is measured. */
async function allWritten({ db }: Newsroom): Promise<void> {
  await sql`checkpoint`.execute(db);
  execFileSync('sync');
}

function ratios(run: RealRun, sendMail: OtherRun, before: Source, after: Source): Ratios {
  const to = (other: number | undefined) => other && run.messagesPerSecond / other;
  return {
    ratioToSmtpSource: to(together(before.each, after.each)),
    ratioToSmtpSourceKept: to(together(before.kept, after.kept)),
    ratioToSendMail: to(sendMail.messagesPerSecond),
  };
}

/** The rate of two runs of as many messages each. */
function together(one: OtherRun | undefined, other: OtherRun | undefined): number | undefined {
  return one && other && 2 / (1 / one.messagesPerSecond + 1 / other.messagesPerSecond);
}

const say = (line: string) => process.stderr.write(`${line}\n`);
const rate = (run: OtherRun | undefined) =>
  run ? `${Math.round(run.messagesPerSecond)}/s` : 'not there';
