import { z } from 'zod';
import { UnusableReport } from './unpack.ts';

const count = z.number().int().min(0).max(1_000_000_000);
const word = z
  .string()
  .max(2_000)
  .transform((text) => text.slice(0, 255));

const schema = z.object({
  'organization-name': word,
  'date-range': z.object({
    'start-datetime': z.coerce.date(),
    'end-datetime': z.coerce.date(),
  }),
  'contact-info': word.default(''),
  'report-id': word,
  policies: z
    .array(
      z.object({
        policy: z.object({ 'policy-type': word, 'policy-domain': word }),
        summary: z.object({
          'total-successful-session-count': count,
          'total-failure-session-count': count,
        }),
        'failure-details': z
          .array(
            z.object({
              'result-type': word,
              'receiving-mx-hostname': word.optional(),
              'failed-session-count': count,
            }),
          )
          .max(200)
          .default([]),
      }),
    )
    .min(1)
    .max(50),
});

/** What one sender says of a day's encryption on its way to a domain of ours (RFC 8460). */
export interface TlsReport {
  kind: 'tls';
  reporter: string;
  contact: string;
  reportId: string;
  domain: string;
  begins: Date;
  ends: Date;
  policy: string;
  rows: {
    policyType: string;
    sessions: number;
    failed: number;
    failures: { type: string; host: string | null; sessions: number }[];
  }[];
}

/** Reads a report of SMTP TLS. Of several domains the first counts. Throws UnusableReport. */
export function readTls(text: string): TlsReport {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new UnusableReport('It is no JSON.');
  }
  const read = schema.safeParse(json);
  if (!read.success) throw new UnusableReport('It is no report of SMTP TLS.');
  const { data } = read;
  const domain = data.policies[0]?.policy['policy-domain'].toLowerCase() ?? '';
  const own = data.policies.filter(
    ({ policy }) => policy['policy-domain'].toLowerCase() === domain,
  );
  return {
    kind: 'tls',
    reporter: data['organization-name'],
    contact: data['contact-info'].replace(/^mailto:/i, ''),
    reportId: data['report-id'],
    domain,
    begins: data['date-range']['start-datetime'],
    ends: data['date-range']['end-datetime'],
    policy: own[0]?.policy['policy-type'] ?? '',
    rows: own.map(({ policy, summary, 'failure-details': details }) => ({
      policyType: policy['policy-type'],
      sessions: summary['total-successful-session-count'] + summary['total-failure-session-count'],
      failed: summary['total-failure-session-count'],
      failures: details.map((detail) => ({
        type: detail['result-type'],
        host: detail['receiving-mx-hostname'] ?? null,
        sessions: detail['failed-session-count'],
      })),
    })),
  };
}
