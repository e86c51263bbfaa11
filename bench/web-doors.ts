import { openTokens } from '../src/subscribers/tokens.ts';
import type { Shot } from './web-load.ts';

export const SECRET = 'a secret that only this bench knows';

/** What is fired at the doors, each shot another reader's. */
export interface Doors {
  bare(): Shot;
  signUp(): Shot;
  signUpOf(email: string): Shot;
  unsubscribe(): Shot;
}

/** Shots for a newsroom with so many readers, who leave in the order they came. */
export function openDoors(readers: number): Doors {
  const json = { 'content-type': 'application/json' };
  const tokens = openTokens([SECRET]);
  let made = 0;
  let left = 0;
  /** Everybody from an address of their own, as readers are. */
  const signUpOf = (email: string): Shot => {
    const n = made++;
    return {
      path: '/subscribe',
      body: JSON.stringify({ email, newsletter: 'daily' }),
      headers: { ...json, 'x-forwarded-for': `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}` },
    };
  };
  return {
    signUpOf,
    signUp: () => signUpOf(`new${made}@site${made % 5000}.example`),
    bare: () => ({
      path: '/bare',
      body: JSON.stringify({ email: `bare${made++}@example.test` }),
      headers: json,
    }),
    unsubscribe() {
      const subscriber = String(1 + (left++ % readers));
      return {
        path: `/unsubscribe/${tokens.sign('unsubscribe', { subscriber, newsletter: '1' })}`,
        body: 'List-Unsubscribe=One-Click',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      };
    },
  };
}
