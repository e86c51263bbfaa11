/**
 * What every template needs beside its content: which side a line starts on, and the faces. They
 * are on the reader's machine: nothing is fetched, and each falls back to its like.
 */
export function layoutOf(direction: 'ltr' | 'rtl') {
  return {
    start: direction === 'ltr' ? 'left' : 'right',
    end: direction === 'ltr' ? 'right' : 'left',
    serif: "Georgia,'Times New Roman',serif",
    sans: "-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif",
  };
}
