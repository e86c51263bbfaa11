import { isIP } from 'node:net';

/** A mailbox that mail comes into. */
export interface ImapMailbox {
  host: string;
  port: number;
  secure: boolean;
  user: string;
  password: string | undefined;
  /** A file with an access token (XOAUTH2), read at each connect: whatever renews it writes it anew. */
  tokenFile: string | undefined;
  folder: string;
  /** Where messages go that are done with. */
  done: string;
}

export const WRONG_IMAP_URL =
  'INBOUND_IMAP_URL must be an address like imaps://user:password@imap.example.org/INBOX, or with ?xoauth2=/path/of/the/token in place of the password; imap:// only on this machine';

/** Reads the address of a mailbox; undefined where it is none, or a password would go out in the clear. */
export function readImapUrl(text: string): ImapMailbox | undefined {
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'imaps:' && url.protocol !== 'imap:')) return undefined;
  const secure = url.protocol === 'imaps:';
  const decoded = [url.username, url.password, url.pathname.slice(1)].map(decode);
  const [user, password, folder] = decoded;
  const tokenFile = url.searchParams.get('xoauth2') || undefined;
  if (!user || password === undefined || folder === undefined) return undefined;
  if ((password === '') === (tokenFile === undefined)) return undefined;
  if (!secure && !isLoopback(url.hostname)) return undefined;
  return {
    host: url.hostname,
    port: Number(url.port) || (secure ? 993 : 143),
    secure,
    user,
    password: password || undefined,
    tokenFile,
    folder: folder || 'INBOX',
    done: url.searchParams.get('done') || 'Gaceta',
  };
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
