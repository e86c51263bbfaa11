import { getDomain } from 'tldts';

/** The domain that an organization registered (RFC 7489, 3.2): `example.org` of `news.example.org`. The name itself where there is none above it. */
export const organizationalDomain = (domain: string): string =>
  getDomain(domain, { allowPrivateDomains: true }) ?? domain;
