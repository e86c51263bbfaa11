import type { Request } from 'express';
import type { Context } from '../../../context.ts';
import { checkPassword, type Operator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { networkOf, originOf } from '../../middleware/client-address.ts';
import { type Counter, openCounters } from '../../public/limits/counters.ts';
import { openProofs } from '../../public/sign-up/proof-of-work.ts';
import { type KnownBrowsers, openKnownBrowsers } from './known-browser.ts';

const QUARTER = 15 * 60;
/** Wrong tries in a quarter of an hour. */
const most = {
  /** From one IPv4 address or IPv6 /64, then from one /48: it has to wait. */
  network: 10,
  wideNetwork: 40,
  /** For one account from browsers that never signed in to it: a proof of work is asked for. */
  account: 20,
  /** In one browser that signed in before: from then on it is like any other. */
  browser: 10,
  /** For the current password, in one session: it has to wait. */
  session: 10,
};

/** What came of a password. `prove`: it was not looked at, a proof of work is needed first. */
export type PasswordCheck =
  | { result: 'right'; operator: Operator }
  | { result: 'wrong' }
  | { result: 'wait'; seconds: number }
  | { result: 'prove' };

/**
 * Every check of an operator's password goes through here: limited, audited, counted across all web processes.
 * Only wrong tries count. Who knows no more than an address cannot shut its operator out: their browser has a
 * budget of its own, and another one can bring a proof of work.
 */
export interface PasswordChecks {
  browsers: KnownBrowsers;
  /** The account's name for counters and cookies, which know no address. */
  accountOf(email: string): string;
  /** Of somebody who signs in. Throws TooBusy. */
  signIn(
    req: Request,
    email: string,
    password: string,
    proof: string | null,
  ): Promise<PasswordCheck>;
  /** Of the operator who is signed in. Throws TooBusy. */
  current(
    req: Request,
    session: { id: string; operator: Operator },
    password: string,
  ): Promise<PasswordCheck>;
}

/** One count that a try took, and may get back. */
type Taken = { counter: Counter; key: string };

export function openPasswordChecks(context: Context): PasswordChecks {
  const open = openCounters(context);
  const counters = {
    network: open('password-network', QUARTER),
    wideNetwork: open('password-wide-network', QUARTER),
    account: open('password-account', QUARTER),
    browser: open('password-browser', QUARTER),
    session: open('password-session', QUARTER),
  };
  const proofs = openProofs(context.secrets[0] ?? '', open('password-proof', 2 * QUARTER));
  const browsers = openKnownBrowsers(context);
  const accountOf = (email: string) =>
    context.hashAddress(email.trim().toLowerCase()).toString('base64url');

  /** Takes one try before the slow hash, so that tries at the same moment do not slip through. */
  async function take(kind: keyof typeof counters, key: string, taken: Taken[]): Promise<number> {
    const counter = counters[kind];
    const { count, msLeft } = await counter.add(key);
    taken.push({ counter, key });
    return count <= most[kind] ? 0 : Math.max(1, Math.ceil(msLeft / 1000));
  }
  const giveBack = (taken: Taken[]) =>
    Promise.all(taken.map(({ counter, key }) => counter.takeBack(key)));

  async function verify(
    req: Request,
    email: string,
    password: string,
    taken: Taken[],
  ): Promise<PasswordCheck> {
    const { operator, id } = await checkPassword(context.db, email, password).catch(
      async (error: unknown) => {
        await giveBack(taken);
        throw error;
      },
    );
    // a right one does not count, and forgives no wrong one
    if (operator) await giveBack(taken);
    // written also for an address that nobody has, so that both take as long
    else
      await audit(
        context.db,
        { kind: 'system', ...originOf(req) },
        'wrong password',
        `operator ${id ?? 'unknown'}`,
      );
    return operator ? { result: 'right', operator } : { result: 'wrong' };
  }

  return {
    browsers,
    accountOf,
    async signIn(req, email, password, proof) {
      const account = accountOf(email);
      const browser = browsers.find(req, account);
      const taken: Taken[] = [];
      if (browser !== undefined && (await take('browser', browser, taken)) === 0)
        return verify(req, email, password, taken);

      const wait =
        (await take('network', networkOf(req.ip), taken)) ||
        (await take('wideNetwork', networkOf(req.ip, 48), taken));
      if (wait > 0) {
        context.log.warn({ from: networkOf(req.ip) }, 'too many wrong passwords: has to wait');
        return { result: 'wait', seconds: wait };
      }
      if ((await take('account', account, taken)) > 0) {
        const proved = proof !== null && (await proofs.accepts(proof));
        if (!proved) {
          await giveBack(taken);
          return { result: 'prove' };
        }
      }
      return verify(req, email, password, taken);
    },
    async current(req, { id, operator }, password) {
      const taken: Taken[] = [];
      const seconds = await take('session', id, taken);
      if (seconds > 0) return { result: 'wait', seconds };
      return verify(req, operator.email, password, taken);
    },
  };
}
