import type { Command } from 'commander';
import { checkSenders } from '../../actions/sender-checks.ts';
import { rulesAsChecks, senderRules } from '../../actions/sender-rules.ts';
import { ConfigError, configFromEnvironment } from '../../config.ts';
import type { Context } from '../../context.ts';
import { bad, type Check, good } from '../../doctor/check.ts';
import { systemDns } from '../../doctor/dns.ts';
import { checkRelays } from '../../doctor/relays.ts';
import type { Open } from '../open.ts';
import { print } from '../output.ts';
import { checkDatabase, checkExposure, checkProxy, checkQueue } from './services.ts';

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
  const [database, queue, proxy, sending] = await Promise.all([
    checkDatabase(context),
    checkQueue(context),
    checkProxy(context),
    checkSending(context),
  ]);
  return [database, queue, ...proxy, ...sending];
}

const OF_DOMAINS = ['spf', 'dkim', 'dmarc', 'alignment', 'mx'];

/** The relays, the domains that mails come from, and what else receivers look at; kept for the console to show. */
async function checkSending(context: Context): Promise<Check[]> {
  if (!context.config.relays)
    return [
      ...(await checkRelays(context, systemDns())),
      ...[...OF_DOMAINS, 'reverse', 'one-click'].map((name) =>
        good(name, 'not checked: no email is sent out'),
      ),
    ];
  const { domains, machines } = await checkSenders(context);
  const ofDomains = domains.flatMap(({ checks }) => checks);
  const rules = rulesAsChecks(await senderRules(context));
  return [
    ...machines,
    ...OF_DOMAINS.flatMap((name) => ofDomains.filter((check) => check.name === name)),
    ...rules,
  ];
}

function told({ name, ok, detail, fix }: Check): string {
  const mark = ok ? (fix ? '!' : '✓') : '✗';
  return `${mark} ${name.padEnd(14)} ${detail}${fix ? `\n${' '.repeat(17)}→ ${fix}` : ''}`;
}
