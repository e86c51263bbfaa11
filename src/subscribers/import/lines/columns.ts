import type { Field, Understood } from '../understanding/understood.ts';
import { textOf } from './cells.ts';

/** Which cells of a table's rows hold what. */
export class Columns {
  private readonly indexes: Partial<Record<Field, number[]>> = {};
  private readonly titles: Partial<Record<Field, string>> = {};

  constructor(titles: string[], columns: Understood['columns']) {
    const fields = new Map(columns.map(({ title, field }) => [title, field]));
    const seen = new Set<string>();
    for (const [index, title] of titles.entries()) {
      const field = fields.get(title);
      // of two columns of one title the first counts
      if (!field || seen.has(title)) continue;
      seen.add(title);
      this.titles[field] ??= title;
      this.indexes[field] = [...(this.indexes[field] ?? []), index];
    }
  }

  /** How the file calls it. */
  titleOf = (field: Field): string => this.titles[field] ?? field;

  /** The first filled cell of those that hold it; undefined where no column does. */
  cell(cells: string[], field: Field): string | undefined {
    const indexes = this.indexes[field];
    if (indexes === undefined) return undefined;
    for (const index of indexes) {
      const text = textOf(cells, index);
      if (text !== '') return text;
    }
    return '';
  }

  text = (cells: string[], field: Field): string => this.cell(cells, field) ?? '';

  /** All cells that hold it. */
  all = (cells: string[], field: Field): string[] =>
    this.indexes[field]?.map((index) => textOf(cells, index)) ?? [];
}
