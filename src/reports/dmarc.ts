import { isIP } from 'node:net';
import { type Element, readXml, textOf } from '../feeds/parse/xml.ts';
import { UnusableReport } from './unpack.ts';

/** What one receiver says of a day's mail that named a domain in From (RFC 7489, appendix C). */
export interface DmarcReport {
  kind: 'dmarc';
  reporter: string;
  /** Where the reporter can be asked. */
  contact: string;
  reportId: string;
  domain: string;
  begins: Date;
  ends: Date;
  policy: string;
  rows: {
    source: string;
    messages: number;
    disposition: 'none' | 'quarantine' | 'reject';
    dkimAligned: boolean;
    spfAligned: boolean;
  }[];
}

const MOST_ROWS = 5_000;
const LONGEST = 255;
const MOST_MESSAGES = 1_000_000_000;

const child = (element: Element | undefined, name: string): Element | undefined =>
  element?.children.find(
    (one): one is Element => typeof one !== 'string' && one.name.split(':').at(-1) === name,
  );
const wordIn = (element: Element | undefined, name: string): string => {
  const found = child(element, name);
  return found ? textOf(found).trim().slice(0, LONGEST) : '';
};

/** Reads an aggregate report. Nothing a DTD declares is expanded. Throws UnusableReport. */
export function readDmarc(xml: string): DmarcReport {
  const feedback = child(readXml(xml), 'feedback');
  const metadata = child(feedback, 'report_metadata');
  const published = child(feedback, 'policy_published');
  if (!feedback || !metadata || !published) throw new UnusableReport('It is no DMARC report.');
  const range = child(metadata, 'date_range');
  const report: DmarcReport = {
    kind: 'dmarc',
    reporter: wordIn(metadata, 'org_name'),
    contact: wordIn(metadata, 'email'),
    reportId: wordIn(metadata, 'report_id'),
    domain: wordIn(published, 'domain').toLowerCase(),
    begins: new Date(Number(wordIn(range, 'begin')) * 1000),
    ends: new Date(Number(wordIn(range, 'end')) * 1000),
    policy: wordIn(published, 'p'),
    rows: [],
  };
  for (const record of feedback.children) {
    if (typeof record === 'string' || record.name.split(':').at(-1) !== 'record') continue;
    if (report.rows.length === MOST_ROWS) break;
    const row = child(record, 'row');
    const evaluated = child(row, 'policy_evaluated');
    const source = wordIn(row, 'source_ip');
    const messages = Number(wordIn(row, 'count'));
    if (isIP(source) === 0 || !Number.isSafeInteger(messages) || messages < 1) continue;
    const said = wordIn(evaluated, 'disposition');
    report.rows.push({
      source,
      messages: Math.min(messages, MOST_MESSAGES),
      disposition: said === 'quarantine' || said === 'reject' ? said : 'none',
      dkimAligned: wordIn(evaluated, 'dkim') === 'pass',
      spfAligned: wordIn(evaluated, 'spf') === 'pass',
    });
  }
  return report;
}
