import type { Limits } from './limited-sink.ts';
import { pause, type Sending, type Stage } from './limits-stage.ts';

/** What a case took, and what is wanted of it. */
export interface Result {
  wanted: string;
  asWanted: boolean;
  [measured: string]: number | string | boolean;
}
export type Case = (stage: Stage) => Promise<Result>;

/** Each by its name. */
export const CASES: Record<string, Case> = {
  receiver: limitedReceiver,
  '421': (stage) => fewPerConnection(stage, 421),
  '452': (stage) => fewPerConnection(stage, 452),
  small: smallBesideLarge,
  freeze: (stage) =>
    goesOn(stage, async ({ worker }) => {
      worker.child.kill('SIGSTOP');
      await pause(12_000);
      worker.child.kill('SIGCONT');
    }),
  silence: (stage) =>
    goesOn(stage, async ({ sink }) => {
      const speak = sink.silence();
      await pause(30_000);
      speak();
    }),
  redis: async (stage) => {
    const { loseRedis } = stage;
    if (!loseRedis) return { wanted: 'redis-server, which is not here', asWanted: true };
    return goesOn(stage, () => loseRedis(60_000));
  },
};

const seconds = (ms: number) => Math.round(ms / 10) / 100;

/** A receiver that allows 5 messages a second, from the third minute on. */
async function limitedReceiver(stage: Stage): Promise<Result> {
  const PER_SECOND = 5;
  const without = await secondsFor(stage, {}, 1_000, 'gmail.com');
  const sending = await stage.open({ perSecond: PER_SECOND });
  const newsletter = await sending.send(3_000, 'gmail.com');
  const first = await sending.taken(newsletter, 1);
  await pause(180_000);
  const third = sending.sink.taken.filter(
    ({ at }) => at >= first + 120_000 && at < first + 180_000,
  );
  await sending.stop();
  const perSecond = seconds((third.length / 60) * 1_000);
  return {
    wanted: `at least 3.5 of ${PER_SECOND} a second in the third minute`,
    asWanted: perSecond >= 3.5,
    perSecond,
    perSecondWithout: Math.round(1_000 / without),
  };
}

/** A relay that ends a connection, or takes no more recipients on it, after 100 messages. */
async function fewPerConnection(stage: Stage, says: 421 | 452): Promise<Result> {
  const without = await secondsFor(stage, {}, 4_000);
  const limited = await secondsFor(stage, { perConnection: { messages: 100, says } }, 4_000);
  const times = seconds((limited / without) * 1_000);
  return {
    wanted: 'at most 1.5 times as long as without',
    asWanted: times <= 1.5,
    times,
    seconds: limited,
    secondsWithout: without,
  };
}

/** Ten readers of a newsletter beside 14,000 of another. */
async function smallBesideLarge(stage: Stage): Promise<Result> {
  const sending = await stage.open({}, { SEND_RATE: '200' });
  await sending.taken(await sending.send(14_000), 500);
  const began = performance.now();
  const newsletter = await sending.send(10);
  const first = seconds((await sending.taken(newsletter, 1)) - began);
  const last = seconds((await sending.taken(newsletter, 10)) - began);
  const left = 14_010 - sending.sink.taken.length;
  await sending.stop();
  return {
    wanted: 'the last of ten within 5 s',
    asWanted: last <= 5 && left > 0,
    first,
    last,
    leftOfTheLarge: left,
  };
}

/** Sending goes on within 30 s of the end of what `happens`. */
async function goesOn(stage: Stage, happens: (sending: Sending) => Promise<void>): Promise<Result> {
  const sending = await stage.open({}, { SEND_RATE: '100' });
  const newsletter = await sending.send(14_000);
  await sending.taken(newsletter, 300);
  await happens(sending);
  const over = performance.now();
  // What had left before is taken now; a hundred more are new ones.
  const goal = sending.sink.taken.length + 100;
  const after = seconds((await sending.taken(newsletter, goal)) - over);
  await sending.stop();
  return { wanted: 'goes on within 30 s', asWanted: after <= 30, hundredMoreAfter: after };
}

/** How long so many messages take, from the first to the last. */
async function secondsFor(
  stage: Stage,
  limits: Limits,
  readers: number,
  domain?: string,
): Promise<number> {
  const sending = await stage.open(limits);
  const newsletter = await sending.send(readers, domain);
  const first = await sending.taken(newsletter, 1);
  const last = await sending.taken(newsletter, readers);
  await sending.stop();
  return seconds(last - first);
}
