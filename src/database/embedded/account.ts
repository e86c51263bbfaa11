import { execFileSync, spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';

/** The account PostgreSQL runs as; both absent: the one this process has. */
export interface Account {
  uid?: number;
  gid?: number;
  name: string;
}

/** PostgreSQL cannot be run by root, and no other account is at hand to run it. */
export class NoAccount extends Error {
  constructor() {
    super(
      'PostgreSQL refuses to run as root, and neither "postgres" nor "nobody" exists here to run it as: ' +
        'start Gaceta as another user, or set DATABASE_URL.',
    );
    this.name = 'NoAccount';
  }
}

/**
 * The account the embedded server runs as: ours, unless we are root. Root hands an existing
 * cluster to its owner (a folder first used without root keeps working), a new one to
 * `postgres` or `nobody`.
 * @throws NoAccount when we are root and there is nobody to become
 */
export function chooseAccount(cluster: string): Account {
  if (process.getuid?.() !== 0) return { name: 'this account' };
  const owner = statSync(cluster, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) {
    return { uid: owner.uid, gid: owner.gid, name: `account ${owner.uid}` };
  }
  for (const name of ['postgres', 'nobody']) {
    const uid = accountId('-u', name);
    const gid = accountId('-g', name);
    if (uid !== null && gid !== null) return { uid, gid, name };
  }
  throw new NoAccount();
}

/** Whether that account may enter a folder: asked of the system, since modes alone do not tell. */
export function mayEnter(account: Account, folder: string): boolean {
  const asked = spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], {
    ...runAs(account),
    cwd: '/',
    stdio: 'ignore',
  });
  return asked.status === 0;
}

/** What `spawn` needs to run something as that account, with nothing of the user's shell in it. */
export function runAs(account: Account) {
  const ids = account.uid === undefined ? {} : { uid: account.uid, gid: account.gid };
  return { ...ids, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' } };
}

function accountId(flag: '-u' | '-g', name: string): number | null {
  try {
    const id = execFileSync('id', [flag, name], { stdio: ['ignore', 'pipe', 'ignore'] });
    return Number(id.toString('utf8'));
  } catch {
    return null; // no such account
  }
}
