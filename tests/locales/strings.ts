import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = join(import.meta.dirname, '../../src/locales');

/** The files of a language's folder, without `.ts`: `console`, `console/readers`, `mail`, … */
export const namespacesOf = (language: string): string[] =>
  readdirSync(join(folder, language), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.replace(/\.ts$/, ''))
    .sort();

/** Every string of one file by its key, as it is written there. */
export async function stringsOf(language: string, namespace: string): Promise<Map<string, string>> {
  const file = pathToFileURL(join(folder, language, `${namespace}.ts`)).href;
  return new Map(flat((await import(file)).default, ''));
}

function flat(node: unknown, path: string): [string, string][] {
  if (typeof node !== 'object' || node === null) return [[path, String(node)]];
  return Object.entries(node).flatMap(([key, child]) => flat(child, path ? `${path}.${key}` : key));
}

/** All strings of a language, named `namespace.key`. */
export async function allStringsOf(language: string): Promise<[string, string][]> {
  const files = namespacesOf(language).map(async (namespace) =>
    [...(await stringsOf(language, namespace))].map(([key, text]): [string, string] => [
      `${namespace.replace('/', '.')}.${key}`,
      text,
    ]),
  );
  return (await Promise.all(files)).flat();
}

/** A key without its plural form: languages differ in how many they have. */
export const withoutPlural = (key: string): string =>
  key.replace(/_(zero|one|two|few|many|other)$/, '');

/** The names that a string wants values for. */
export const placeholdersOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/\{\{\s*(\w+)[^}]*\}\}/g)].map(([, name = '']) => name).sort()),
];
