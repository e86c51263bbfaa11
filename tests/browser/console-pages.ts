import type { Page } from 'playwright-core';
import type { Role } from '../../src/database/tables.ts';

/** What the addresses of the console's pages are made of: the slug or id of one thing of each kind. */
export interface ConsoleThings {
  newsletter: string;
  reader: string;
  /** Editions: one not sent yet, one under way, one paused by refusals, one sent with failures, one special. */
  draft: string;
  sending: string;
  paused: string;
  sent: string;
  special: string;
  webhook: string;
  /** An import that has ended, with lines that were skipped. */
  imported: string;
  /** An import that was looked at, and waits to be started. */
  looked: string;
  /** A job for many readers that waits to be started. */
  bulk: string;
}

/** A page of the console, for all that walks over every page: axe, screenshots, the bench. */
export interface ConsolePage {
  /** Names its screenshots. */
  name: string;
  path(things: ConsoleThings): string;
  /** Who sees it: this role and those above it. */
  least: Role;
  /** What to open or press before looking. */
  before?(page: Page): Promise<void>;
}

/** Opens all that is folded. */
const openDetails = (page: Page): Promise<void> =>
  page.locator('main details').evaluateAll((all: { open: boolean }[]) => {
    for (const one of all) one.open = true;
  });

/** Every page of the console. Whoever adds a page adds it here. */
export const consolePages: ConsolePage[] = [
  { name: 'today', least: 'viewer', path: () => '/console' },
  {
    name: 'first-steps',
    least: 'admin',
    path: () => '/console/first-steps',
    before: openDetails,
  },
  { name: 'editions', least: 'viewer', path: () => '/console/editions' },
  {
    name: 'edition-draft',
    least: 'viewer',
    path: ({ draft }) => `/console/editions/${draft}`,
    before: openDetails,
  },
  {
    name: 'edition-sending',
    least: 'viewer',
    path: ({ sending }) => `/console/editions/${sending}`,
  },
  { name: 'edition-paused', least: 'viewer', path: ({ paused }) => `/console/editions/${paused}` },
  { name: 'edition-sent', least: 'viewer', path: ({ sent }) => `/console/editions/${sent}` },
  {
    name: 'edition-special',
    least: 'viewer',
    path: ({ special }) => `/console/editions/${special}`,
  },
  {
    name: 'edition-new',
    least: 'sender',
    path: () => '/console/editions/new?newsletter=daily&kind=special',
    before: openDetails,
  },
  { name: 'edition-send', least: 'sender', path: ({ draft }) => `/console/editions/${draft}/send` },
  {
    name: 'edition-resend',
    least: 'sender',
    path: ({ sent }) => `/console/editions/${sent}/resend`,
  },
  {
    name: 'edition-missed',
    least: 'viewer',
    path: ({ sent }) => `/console/editions/${sent}/missed`,
    before: openDetails,
  },
  { name: 'editor', least: 'editor', path: ({ draft }) => `/console/editions/${draft}/edit` },
  { name: 'readers', least: 'admin', path: () => '/console/readers', before: openDetails },
  {
    name: 'reader',
    least: 'admin',
    path: ({ reader }) => `/console/readers/${reader}`,
    before: openDetails,
  },
  {
    name: 'newsletters',
    least: 'viewer',
    path: () => '/console/newsletters',
    before: openDetails,
  },
  {
    name: 'newsletter',
    least: 'viewer',
    path: ({ newsletter }) => `/console/newsletters/${newsletter}`,
    before: openDetails,
  },
  {
    name: 'newsletter-archive',
    least: 'admin',
    path: ({ newsletter }) => `/console/newsletters/${newsletter}/archive`,
  },
  {
    name: 'reader-change',
    least: 'admin',
    path: ({ reader }) => `/console/readers/${reader}/change`,
  },
  { name: 'reader-new', least: 'admin', path: () => '/console/readers/new' },
  { name: 'readers-import', least: 'admin', path: () => '/console/readers/import' },
  {
    name: 'readers-imported',
    least: 'admin',
    path: ({ imported }) => `/console/readers/import/${imported}`,
  },
  {
    name: 'readers-import-looked',
    least: 'admin',
    path: ({ looked }) => `/console/readers/import/${looked}`,
    before: openDetails,
  },
  { name: 'readers-bulk', least: 'admin', path: () => '/console/readers/bulk?newsletter=daily' },
  { name: 'readers-bulk-job', least: 'admin', path: ({ bulk }) => `/console/readers/bulk/${bulk}` },
  { name: 'readers-block', least: 'admin', path: () => '/console/readers/block' },
  {
    name: 'newsletter-earlier',
    least: 'admin',
    path: ({ newsletter }) => `/console/newsletters/${newsletter}/earlier`,
    before: openDetails,
  },
  { name: 'readers-form', least: 'viewer', path: () => '/console/readers/form' },
  { name: 'readers-reasons', least: 'viewer', path: () => '/console/readers/reasons' },
  { name: 'feeds', least: 'viewer', path: () => '/console/feeds', before: openDetails },
  { name: 'feed', least: 'viewer', path: () => '/console/feeds/1', before: openDetails },
  {
    name: 'figures',
    least: 'viewer',
    path: () => '/console/figures',
    before: openDetails,
  },
  { name: 'delivery', least: 'viewer', path: () => '/console/delivery', before: openDetails },
  { name: 'delivery-came-back', least: 'viewer', path: () => '/console/delivery/came-back' },
  {
    name: 'delivery-reports',
    least: 'viewer',
    path: () => '/console/delivery/reports',
  },
  {
    name: 'delivery-receivers',
    least: 'viewer',
    path: () => '/console/delivery/receivers',
  },
  {
    name: 'settings-tokens',
    least: 'admin',
    path: () => '/console/settings/tokens',
    before: openDetails,
  },
  { name: 'settings-audit', least: 'admin', path: () => '/console/settings/audit' },
  { name: 'settings-webhooks', least: 'admin', path: () => '/console/settings/webhooks' },
  {
    name: 'settings-webhook',
    least: 'admin',
    path: ({ webhook }) => `/console/settings/webhooks/${webhook}`,
    before: openDetails,
  },
  { name: 'settings-newsroom', least: 'viewer', path: () => '/console/settings/newsroom' },
  { name: 'settings-alerts', least: 'viewer', path: () => '/console/settings/alerts' },
  { name: 'settings-people', least: 'admin', path: () => '/console/settings/people' },
  {
    name: 'settings-person',
    least: 'admin',
    path: () => '/console/settings/people/1',
    before: openDetails,
  },
  { name: 'me', least: 'viewer', path: () => '/console/me' },
];
