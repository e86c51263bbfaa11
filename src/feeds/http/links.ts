import type { IncomingHttpHeaders } from 'node:http';

/** A link as a page or its Link header gives it. `relations` are in lower case; the address as written. */
export type HeaderLink = {
  address: string;
  relations: string[];
  hreflang: string | undefined;
};

/** The links of the Link header (RFC 8288), in their order. */
export function linksIn(headers: IncomingHttpHeaders): HeaderLink[] {
  const { link } = headers;
  const text = Array.isArray(link) ? link.join(', ') : (link ?? '');
  return [
    ...text.matchAll(/<([^<>]{1,2000})>((?:\s*;\s*[\w*]+\s*=\s*(?:"[^"]*"|[^\s,;"]+))*)/g),
  ].map(([, address = '', parameters = '']) => {
    const said = (name: string) => {
      const value = new RegExp(`;\\s*${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,;"]+))`, 'i');
      const found = value.exec(parameters);
      return found?.[1] ?? found?.[2];
    };
    const relations = (said('rel') ?? '').toLowerCase().split(/\s+/);
    return { address, relations, hreflang: said('hreflang') };
  });
}

/** The address of a relation in the Link header, as WebSub's hub and self are given. */
export function linkTo(headers: IncomingHttpHeaders, relation: string): string | null {
  const found = linksIn(headers).find(
    ({ address, relations }) => relations.includes(relation) && /^https?:\/\//i.test(address),
  );
  return found?.address ?? null;
}
