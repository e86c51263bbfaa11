import { readFileSync } from 'node:fs';
import path from 'node:path';

/** The version in package.json, as released. */
export function ownVersion(): string {
  const file = path.join(import.meta.dirname, '../../package.json');
  const { version }: { version: string } = JSON.parse(readFileSync(file, 'utf8'));
  return version;
}
