import { parse } from 'tldts';

/**
 * Whether a line of text holds what a mail program would turn into a link, or a reader would take for one: an e-mail
 * address, a web address, a host name under a known top-level domain, an IP address. Full-width forms count.
 */
export function holdsLink(text: string): boolean {
  const plain = text.normalize('NFKC').replaceAll('。', '.');
  if (/@|:\/\/|\bwww\./i.test(plain)) return true;
  const hosts = plain.match(/[\p{L}\p{N}\p{M}-]+(?:\.[\p{L}\p{N}\p{M}-]+)+/gu) ?? [];
  return hosts.some((host) => {
    const { isIp, isIcann, domain } = parse(host);
    return isIp === true || (isIcann === true && domain !== null);
  });
}
