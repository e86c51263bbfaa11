import { join } from 'node:path';
import { Eta, type EtaConfig } from 'eta';
import { underPath } from './under-public-path.ts';

type Plugin = NonNullable<EtaConfig['plugins'][number]>;
type Parsed = Parameters<NonNullable<Plugin['processAST']>>[0];

const opened = new Map<string, Eta>();

/**
 * The templates of one room of views. An address that begins with `/` in one of the attributes below is the
 * program's own: where PUBLIC_URL has a path it is put before it, as the template is compiled.
 */
export function openTemplates(room: 'reader' | 'console' | '', publicPath: string): Eta {
  const key = `${room}:${publicPath}`;
  const known = opened.get(key);
  if (known) return known;
  const eta = new Eta({
    views: join(import.meta.dirname, 'views', room),
    cache: true,
    ...(publicPath
      ? { plugins: [addressesUnder(publicPath)], functionHeader: under(publicPath) }
      : {}),
  });
  opened.set(key, eta);
  return eta;
}

const attributes = [
  'href',
  'src',
  'action',
  'formaction',
  'challenge',
  'data-look',
  'data-introduction',
  'data-options',
].join('|');
const written = new RegExp(`(\\s(?:${attributes})=")(/[^"]*)`, 'g');
const computed = new RegExp(`\\s(?:${attributes})="$`);

function addressesUnder(publicPath: string): Plugin {
  return {
    processAST: (parts: Parsed) =>
      parts.map((part, at) => {
        if (typeof part === 'string')
          return part.replaceAll(written, (_all, before: string, address: string) =>
            before.concat(underPath(publicPath, address)),
          );
        const before = parts[at - 1];
        return part.t === 'i' && typeof before === 'string' && computed.test(before)
          ? { ...part, val: `under(${part.val})` }
          : part;
      }),
  };
}

const under = (publicPath: string) =>
  `const under = (address) => /^\\/(?!\\/)/.test(address) ? '${publicPath}' + address : address;`;
