import { Resolver } from 'node:dns/promises';
import type { Command } from 'commander';
import { ConfigError, configFromEnvironment } from '../../config.ts';
import type { Context } from '../../context.ts';
import { domainOf } from '../../mail/message-id.ts';
import { listNewsletters } from '../../newsletters/newsletters.ts';
import type { Open } from '../open.ts';
import { print } from '../output.ts';
import { bad, type Check, good } from './check.ts';
import { checkDkim } from './dkim.ts';
import { asked, checkDmarc, checkMx, checkReverse, checkSpf, type Dns } from './dns.ts';
import { checkDatabase, checkExposure, checkProxy, checkQueue, checkRelays } from './services.ts';

/** `doctor`: looks at all that sending needs, and says of each fault what to do. Exits 1 if there is one. */
export function registerDoctor(program: Command, open: Open): void {
  program
    .command('doctor')
    .description('check database, queue, relay and DNS, and say what to do')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const checks = await examine(open);
      const ok = checks.every((check) => check.ok);
      print(json, { ok, checks }, checks.map(told).join('\n'));
      if (!ok) process.exitCode = 1;
    });
}

async function examine(open: Open): Promise<Check[]> {
  try {
    const config = configFromEnvironment();
    let opened = false;
    const inside = await open((context) => {
      opened = true;
      return lookInside(context);
    }).catch((error: Error) => {
      if (opened || error instanceof ConfigError) throw error;
      const fix = 'Correct DATABASE_URL, or unset it for the embedded one.';
      return [bad('database', error.message || error.name, fix)];
    });
    return [...inside, ...checkExposure(config)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) =>
      bad('configuration', problem, 'Correct it in .env or in the environment.'),
    );
  }
}

async function lookInside(context: Context): Promise<Check[]> {
  const dns = new Resolver({ timeout: 3000, tries: 2 });
  const [database, queue, proxy, relays, domains] = await Promise.all([
    checkDatabase(context),
    checkQueue(context),
    checkProxy(context),
    checkRelays(context),
    checkSenders(context, dns),
  ]);
  return [database, queue, ...proxy, ...relays, ...domains];
}

/** The domains that mails come from, and the names of the relays. */
async function checkSenders({ config, db }: Context, dns: Dns): Promise<Check[]> {
  const { relays } = config;
  if (!relays)
    return ['spf', 'dkim', 'dmarc', 'mx', 'reverse'].map((name) =>
      good(name, 'not checked: no email is sent out'),
    );
  const newsletters = await listNewsletters(db);
  const senders = [config.mailFrom, ...newsletters.map((one) => one.from ?? config.mailFrom)];
  const domains = [...new Set(senders.map(domainOf))];
  const each = (name: string, check: (domain: string) => Promise<Check>) =>
    domains.map((domain) => asked(name, () => check(domain)));
  return Promise.all([
    ...each('spf', (domain) => checkSpf(dns, domain)),
    ...each('dkim', (domain) => checkDkim(dns, domain, config.dkim)),
    ...each('dmarc', (domain) => checkDmarc(dns, domain)),
    ...each('mx', (domain) => checkMx(dns, domain)),
    ...relays.map((relay) => asked('reverse', () => checkReverse(dns, relay.host))),
  ]);
}

function told({ name, ok, detail, fix }: Check): string {
  const mark = ok ? (fix ? '!' : '✓') : '✗';
  return `${mark} ${name.padEnd(14)} ${detail}${fix ? `\n${' '.repeat(17)}→ ${fix}` : ''}`;
}
