import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allStringsOf, withoutPlural } from './strings.ts';

const root = join(import.meta.dirname, '../..');
const source = [
  'src/actions',
  'src/bounces',
  'src/database',
  'src/deliveries',
  'src/editions',
  'src/feeds',
  'src/http',
  'src/newsletters',
  'src/mail-catcher',
  'src/relays',
  'src/subscribers',
  'src/text',
  'emails',
  'workers',
]
  .flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|eta|js)$/.test(entry.name))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
  )
  .join('\n');

// `t('a.b')` as it is; `t(`a.${kind}`)` by what stands before and after the hole, which holds no dot.
const written = new Set([...source.matchAll(/['"`]([a-zA-Z][\w.-]*)['"`]/g)].map(([, key]) => key));
const made = [...source.matchAll(/`([\w.]*)\$\{[^{}`]+\}([\w.]*)`/g)]
  .filter(([, before, after]) => before?.endsWith('.') || /^(\.|[A-Z])/.test(after ?? ''))
  .map(([, before = '', after = '']) => pattern(`${before}HOLE${after}`));

test('every string is asked for somewhere', async () => {
  const keys = (await allStringsOf('en')).map(([key]) => withoutPlural(key));
  const unused = [...new Set(keys)].filter((key) => {
    // the first is the file; views ask for a group by its own function, so the next may be left out, too
    const [, ...path] = key.split('.');
    return ![path, path.slice(1)].map((each) => each.join('.')).some(isAsked);
  });
  expect(unused).toEqual([]);
});

const isAsked = (key: string) =>
  key !== '' && (written.has(key) || made.some((rule) => rule.test(key)));

function pattern(key: string): RegExp {
  return new RegExp(`^${key.replaceAll('.', '\\.').replace('HOLE', '[\\w.-]+')}$`);
}
