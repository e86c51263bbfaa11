import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';

const OURS = join(import.meta.dirname, '../templates');

/** Fills a template by its name (`digest`, `letter`) and gives MJML. */
export type Fill = (name: string, view: object) => string;

/**
 * Opens the templates. A file in the newsroom's `folder` takes the place of ours of the same name
 * (`digest.mjml.eta`), part by part; what is not there is ours.
 */
export function openTemplates(folder: string | null): Fill {
  // `debug` makes a mistake in a template be told with its file and line.
  const eta = new Eta({ views: OURS, cache: true, debug: true });
  eta.resolvePath = (name) => {
    const file = `${name}.mjml.eta`;
    const theirs = folder === null ? null : join(folder, file);
    return theirs !== null && existsSync(theirs) ? theirs : join(OURS, file);
  };
  return (name, view) => eta.render(name, view);
}
