import type { Typeface } from '../content.ts';

// On the reader's machine: nothing is fetched, and each falls back to its like.
const SANS = "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const HEADLINES: Record<Typeface, string> = {
  georgia: "Georgia,'Times New Roman',serif",
  palatino: "Palatino,'Palatino Linotype','Book Antiqua',Georgia,serif",
  times: "'Times New Roman',Times,serif",
  helvetica: SANS,
};

/** The colours of a mail in light; `head.mjml.eta` says what each is in dark. */
const COLOURS = {
  ground: '#f2f0eb',
  card: '#ffffff',
  ink: '#141416',
  body: '#333338',
  soft: '#5c5c63',
  line: '#dedbd5',
  box: '#e6e3dc',
};

/** What every template needs beside its content: which side a line starts on, the faces, the colours. */
export function layoutOf(direction: 'ltr' | 'rtl', typeface: Typeface) {
  return {
    start: direction === 'ltr' ? 'left' : 'right',
    end: direction === 'ltr' ? 'right' : 'left',
    serif: HEADLINES[typeface],
    sans: SANS,
    // Space between the letters of Arabic tears its words apart, and Hebrew has no capitals.
    caps: direction === 'ltr' ? 'letter-spacing:.06em;text-transform:uppercase;' : '',
    colours: COLOURS,
  };
}
