/** A sentence for operators: a key of src/locales/<language>/notices.ts, and what it is filled with. */
export interface Notice {
  code: string;
  values?: Record<string, string | number>;
}

/** Notices as one text for a column, the same text for the same notices. Read it with `readNotices`. */
export const writeNotices = (...notices: Notice[]): string => JSON.stringify(notices);

/** The notices in such a text. Any other text, as earlier versions wrote it, is one that says just that. */
export function readNotices(text: string): Notice[] {
  if (text.startsWith('[{"code":'))
    try {
      const found: Notice[] = JSON.parse(text);
      return found;
    } catch {
      // a sentence that happens to begin so
    }
  return [{ code: 'told', values: { text } }];
}
