import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readAddress } from './mail/address.ts';
import { hookKeyFault } from './mail/hook-keys.ts';
import { type ImapMailbox, readImapUrl, WRONG_IMAP_URL } from './mail/imap-url.ts';
import { type ProviderName, providerNames } from './mail/provider-names.ts';
import { receiverGroups } from './mail/receiver-groups.ts';
import { publicPathOf, wrongPublicUrl } from './public-url.ts';
import { A_HELO, heloOf, readHelo } from './relays/helo.ts';
import { parseRelayUrls, type RelaySettings, RelayUrlError } from './relays/settings.ts';

/** Everything that is wrong with the environment, one clear line each. */
export class ConfigError extends Error {
  readonly problems: string[];
  constructor(problems: string[]) {
    super(`The configuration is not usable:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const port = (name: string, least = 0) =>
  z
    .string()
    .regex(/^\d{1,5}$/, `${name} must be a port number, for example ${name}=3000`)
    .transform(Number)
    .refine((n) => n >= least && n <= 65535, `${name} must lie between ${least} and 65535`);

const flag = (name: string) =>
  z
    .string()
    .regex(/^(true|false|1|0|yes|no)$/i, `${name} must be true or false`)
    .transform((v) => /^(true|1|yes)$/i.test(v));

const url = (name: string, protocols: string[], example: string) =>
  z.string().refine((v) => URL.canParse(v) && protocols.includes(new URL(v).protocol), {
    message: `${name} must be an address like ${example}`,
    abort: true,
  });

function isAddress(text: string): boolean {
  try {
    readAddress(text);
    return true;
  } catch {
    return false;
  }
}

const environment = z.object({
  PUBLIC_URL: url('PUBLIC_URL', ['http:', 'https:'], 'https://news.example.org')
    .superRefine((v, found) => {
      const message = wrongPublicUrl(v);
      if (message) found.addIssue({ code: 'custom', message });
    })
    .transform((v) => `${new URL(v).origin}${publicPathOf(v)}`)
    .optional(),
  PORT: port('PORT').default(3000),
  HOST: z.string().default('127.0.0.1'),
  DATA_DIR: z.string().default('./data'),
  DATABASE_URL: url(
    'DATABASE_URL',
    ['postgres:', 'postgresql:'],
    'postgresql://gaceta:secret@db.example.org/gaceta',
  ).optional(),
  REDIS_URL: url(
    'REDIS_URL',
    ['redis:', 'rediss:', 'unix:'],
    'redis://localhost:6379/0',
  ).optional(),
  SMTP_URL: z.string().optional(),
  SMTP_HELO: z
    .string()
    .transform((v) => readHelo(v))
    .refine((name) => name !== undefined, `SMTP_HELO ${A_HELO}`)
    .optional(),
  SMTP_CONNECTIONS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'SMTP_CONNECTIONS must be a number from 1 to 999')
    .transform(Number)
    .default(10),
  MAILBOX_PORT: port('MAILBOX_PORT').default(8025),
  SEND_RATE: z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'SEND_RATE must be a number of messages a second, for example 50')
    .transform(Number)
    .refine((n) => n > 0, 'SEND_RATE must be above 0; leave it unset for no limit')
    .optional(),
  RECEIVER_RATES: z
    .string()
    .transform((v) => v.split(',').map((entry) => entry.trim().split(':')))
    .refine(
      (all) =>
        all.every(
          ([group, rate]) =>
            receiverGroups.includes(group ?? '') && group !== 'rest' && Number(rate) > 0,
        ),
      `RECEIVER_RATES must be receiver:messages a second, for example google:20,microsoft:10; known are ${receiverGroups.filter((group) => group !== 'rest').join(', ')}`,
    )
    .transform((all) => Object.fromEntries(all.map(([group, rate]) => [group ?? '', Number(rate)])))
    .optional(),
  STOP_GRACE: z
    .string()
    .regex(/^\d{1,4}$/, 'STOP_GRACE must be a number of seconds, for example STOP_GRACE=75')
    .transform(Number)
    .default(600),
  UNCERTAIN: z.enum(['resend', 'hold'], 'UNCERTAIN must be resend or hold').default('resend'),
  DKIM: z
    .string()
    .refine(
      (v) => v.split(',').every((entry) => /^[^:\s]+:[^:\s]+:.+$/.test(entry.trim())),
      'DKIM must be selector:domain:keyfile, several separated by commas',
    )
    .transform((v) => v.split(',').map((entry) => entry.trim()))
    .optional(),
  MAIL_FROM: z
    .string()
    .regex(
      /^([^<>\p{Cc}\u2028\u2029]*<[!-;=?A-~]+@[!-;=?A-~]+>|[!-;=?A-~]+@[!-;=?A-~]+)$/u,
      'MAIL_FROM must be an address like The Daily <daily@example.org>, without accents in the address itself (a domain as xn--…)',
    )
    .optional(),
  POSTAL_ADDRESS: z.string().optional(),
  SECRET: z
    .string()
    .transform((v) => v.split(',').map((s) => s.trim()))
    .refine(
      (all) => all.every((s) => s.length >= 16),
      'SECRET must be at least 16 characters (several: newest first, separated by commas)',
    )
    .optional(),
  PICTURES: z.enum(['own', 'linked'], 'PICTURES must be own or linked').default('own'),
  FEED_ALLOW_PRIVATE: flag('FEED_ALLOW_PRIVATE').default(false),
  TRUST_PROXY: z
    .string()
    .transform((v) => (/^\d+$/.test(v) ? Number(v) : v))
    .optional(),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'LOG_LEVEL must be fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
  INBOUND_SMTP_PORT: port('INBOUND_SMTP_PORT', 1).optional(),
  INBOUND_DOMAIN: z
    .string()
    .toLowerCase()
    .regex(
      /^(?=.{1,190}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/,
      'INBOUND_DOMAIN must be a domain whose mail comes to Gaceta, for example back.example.org',
    )
    .optional(),
  INBOUND_IMAP_URL: z
    .string()
    .refine((v) => readImapUrl(v) !== undefined, WRONG_IMAP_URL)
    .transform((v) => readImapUrl(v))
    .optional(),
  INBOUND_TLS: z
    .string()
    .regex(/^[^:]+:[^:]+$/, 'INBOUND_TLS must be keyfile:certificatefile, both in PEM')
    .transform((v) => v.split(':'))
    .optional(),
  INBOUND_PROXY: flag('INBOUND_PROXY').default(false),
  HOOK_KEYS: z
    .string()
    .transform((v) => v.split(',').map((entry) => /^\s*(\w+):(.*\S)\s*$/.exec(entry)))
    .refine(
      (all) => all.every((entry) => providerNames.some((name) => name === entry?.[1])),
      `HOOK_KEYS must be provider:secret, several separated by commas; known are ${providerNames.join(', ')}`,
    )
    .refine(
      (all) => all.every((entry) => (entry?.[2]?.length ?? 0) >= 16),
      'HOOK_KEYS: each secret must be at least 16 characters',
    )
    .transform((all) => all.map((entry) => [entry?.[1] as ProviderName, entry?.[2] ?? ''] as const))
    .superRefine((all, ctx) => {
      for (const [provider, secret] of all) {
        const fault = hookKeyFault(provider, secret);
        if (fault) ctx.addIssue({ code: 'custom', message: `HOOK_KEYS: ${fault}` });
      }
    })
    .optional(),
  ALERT_TO: z
    .string()
    .transform((v) => v.split(/[\s,]+/).filter((address) => address !== ''))
    .refine(
      (all) => all.every(isAddress),
      'ALERT_TO must be email addresses, several separated by commas',
    )
    .optional(),
  ALERT_SMTP_URL: z.string().optional(),
  OIDC_ISSUER: url('OIDC_ISSUER', ['https:', 'http:'], 'https://login.example.org')
    .refine(
      (v) =>
        v.startsWith('https:') || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(v).hostname),
      'OIDC_ISSUER must begin with https, unless it is on this machine',
    )
    .optional(),
  OIDC_CLIENT_ID: z.string().optional(),
  OIDC_CLIENT_SECRET: z.string().optional(),
  OIDC_ROLE_CLAIM: z.string().optional(),
  WORKER_METRICS_PORT: port('WORKER_METRICS_PORT', 1).optional(),
  OPERATOR_EMAIL: z.email('OPERATOR_EMAIL must be an email address').optional(),
  OPERATOR_PASSWORD: z
    .string()
    .min(10, 'OPERATOR_PASSWORD must be at least 10 characters')
    .optional(),
});

export type Config = Readonly<{
  /** Where readers and operators find us, without a slash at the end. */
  publicUrl: string;
  /** Its path, which every address lies under: `/gaceta`, or nothing. */
  publicPath: string;
  port: number;
  host: string;
  dataDir: string;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  /** Undefined: the embedded mailbox. */
  relays: RelaySettings[] | undefined;
  /** Who is told by mail when something needs a person. */
  alertTo: string[];
  /** The way of these mails; undefined: the relays. */
  alertRelays: RelaySettings[] | undefined;
  /** Where a worker shows its figures, on this machine alone; undefined: nowhere. */
  workerMetricsPort: number | undefined;
  smtpConnections: number;
  mailboxPort: number;
  /** Messages a second over all workers. */
  sendRate: number | undefined;
  /** Messages a second to each receiver group that has a limit, over all workers. */
  receiverRates: Record<string, number>;
  uncertain: 'resend' | 'hold';
  /** How long a worker that is told to stop waits for answers to what it has handed over, in seconds. */
  stopGrace: number;
  dkim: string[];
  /** `The Daily <daily@example.org>`: newsletters without an address of their own send from it. */
  mailFrom: string;
  postalAddress: string | undefined;
  /** Newest first; undefined: made once and kept in the database. */
  secrets: string[] | undefined;
  feedAllowPrivate: boolean;
  /** Whether mails and pages show copies of the stories' pictures, cropped to size, or link the newsroom's. */
  pictures: 'own' | 'linked';
  trustProxy: number | string | undefined;
  logLevel: z.infer<typeof environment>['LOG_LEVEL'];
  operator: { email: string; password: string } | undefined;
  /** The identity provider that operators may sign in through (OpenID Connect). */
  oidc: OidcSettings | undefined;
  /** The domain of return paths and of mailed unsubscribing; undefined: both go to the newsroom's own addresses. */
  inboundDomain: string | undefined;
  /** What authenticates the providers that tell of bounces at /hooks/:provider; several of one while it is changed. */
  hookKeys: readonly (readonly [provider: ProviderName, secret: string])[];
  /** The mailbox that its mail comes into; undefined: none. */
  inboundImap: ImapMailbox | undefined;
  /** Where that domain's mail comes in; undefined: no door. */
  inboundSmtp:
    | { port: number; tls: { key: string; cert: string } | undefined; proxy: boolean }
    | undefined;
}>;

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** The claim that says their roles; undefined: who was invited may come in, with the role of the invitation. */
  roleClaim: string | undefined;
}

/**
 * Reads the configuration from a set of variables; an empty one counts as unset.
 * Throws ConfigError with all that is wrong.
 */
export function loadConfig(variables: Record<string, string | undefined>): Config {
  const set = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const read = environment.safeParse(set);
  const problems = read.success ? [] : read.error.issues.map((issue) => issue.message);

  const relaysOf = (name: 'SMTP_URL' | 'ALERT_SMTP_URL', connections: number) => {
    try {
      return set[name] ? parseRelayUrls(set[name], connections, name) : undefined;
    } catch (error) {
      if (!(error instanceof RelayUrlError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const relays = relaysOf('SMTP_URL', read.data?.SMTP_CONNECTIONS ?? 10);
  const alertRelays = relaysOf('ALERT_SMTP_URL', 1);
  if (Boolean(set.OPERATOR_EMAIL) !== Boolean(set.OPERATOR_PASSWORD))
    problems.push('OPERATOR_EMAIL and OPERATOR_PASSWORD go together: set both or neither');
  const oidc = [set.OIDC_ISSUER, set.OIDC_CLIENT_ID, set.OIDC_CLIENT_SECRET];
  if (oidc.some(Boolean) ? !oidc.every(Boolean) : set.OIDC_ROLE_CLAIM)
    problems.push(
      'OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET go together: set all three or none',
    );
  if (set.INBOUND_SMTP_PORT && !set.INBOUND_DOMAIN)
    problems.push(
      'INBOUND_DOMAIN must be set when INBOUND_SMTP_PORT is: the domain whose mail comes in there, for example back.example.org',
    );
  if (set.INBOUND_IMAP_URL && !set.INBOUND_DOMAIN)
    problems.push(
      'INBOUND_DOMAIN must be set when INBOUND_IMAP_URL is: the domain whose mail comes into that mailbox, for example back.example.org',
    );
  if (relays && !set.MAIL_FROM)
    problems.push(
      'MAIL_FROM must be set when SMTP_URL is: the address your digests come from, for example The Daily <daily@example.org>',
    );
  if (problems.length > 0 || !read.success) throw new ConfigError(problems);

  const env = read.data;
  const publicUrl = env.PUBLIC_URL ?? `http://localhost:${env.PORT}`;
  const helo = env.SMTP_HELO ?? heloOf(publicUrl);
  const withHelo = (relay: RelaySettings) => (helo === undefined ? relay : { helo, ...relay });
  return Object.freeze({
    publicUrl,
    publicPath: publicPathOf(publicUrl),
    port: env.PORT,
    host: env.HOST,
    dataDir: resolve(env.DATA_DIR),
    databaseUrl: env.DATABASE_URL,
    redisUrl: env.REDIS_URL,
    relays: relays?.map(withHelo),
    alertTo: env.ALERT_TO ?? [],
    alertRelays: alertRelays?.map(withHelo),
    workerMetricsPort: env.WORKER_METRICS_PORT,
    smtpConnections: env.SMTP_CONNECTIONS,
    mailboxPort: env.MAILBOX_PORT,
    sendRate: env.SEND_RATE,
    receiverRates: env.RECEIVER_RATES ?? {},
    uncertain: env.UNCERTAIN,
    stopGrace: env.STOP_GRACE,
    dkim: env.DKIM ?? [],
    // enough for the embedded mailbox; with relays of your own MAIL_FROM is asked for
    mailFrom: env.MAIL_FROM ?? `newsletter@${new URL(publicUrl).hostname}`,
    postalAddress: env.POSTAL_ADDRESS,
    secrets: env.SECRET,
    feedAllowPrivate: env.FEED_ALLOW_PRIVATE,
    pictures: env.PICTURES,
    trustProxy: env.TRUST_PROXY,
    logLevel: env.LOG_LEVEL,
    operator:
      env.OPERATOR_EMAIL && env.OPERATOR_PASSWORD
        ? { email: env.OPERATOR_EMAIL, password: env.OPERATOR_PASSWORD }
        : undefined,
    oidc:
      env.OIDC_ISSUER && env.OIDC_CLIENT_ID && env.OIDC_CLIENT_SECRET
        ? {
            issuer: env.OIDC_ISSUER,
            clientId: env.OIDC_CLIENT_ID,
            clientSecret: env.OIDC_CLIENT_SECRET,
            roleClaim: env.OIDC_ROLE_CLAIM,
          }
        : undefined,
    hookKeys: env.HOOK_KEYS ?? [],
    inboundDomain: env.INBOUND_DOMAIN,
    inboundImap: env.INBOUND_IMAP_URL,
    inboundSmtp:
      env.INBOUND_SMTP_PORT === undefined
        ? undefined
        : { port: env.INBOUND_SMTP_PORT, tls: tlsFiles(env.INBOUND_TLS), proxy: env.INBOUND_PROXY },
  });
}

const tlsFiles = (files: string[] | undefined) =>
  files && { key: resolve(files[0] ?? ''), cert: resolve(files[1] ?? '') };

/**
 * The configuration of this process: `.env` of the working directory, below what the shell has set; or that
 * of the variables that a child is to be given.
 */
export function configFromEnvironment(variables?: NodeJS.ProcessEnv): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return loadConfig(variables ?? process.env);
}

/** The variables of this process with some replaced: for a child that is to see others. */
export const childEnvironment = (overrides: Record<string, string>): NodeJS.ProcessEnv => ({
  ...process.env,
  ...overrides,
});
