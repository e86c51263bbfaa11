/** Text as a cell of CSV: what a spreadsheet would run as a formula gets a ' before it, which the import takes off again. */
export const asCell = (text: string | null): string | null =>
  text && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
