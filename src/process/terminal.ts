import { styleText } from 'node:util';

interface Line {
  level: string;
  time: number;
  name: string;
  pid: number;
  msg?: string;
  err?: { message: string; stack?: string };
  [field: string]: unknown;
}
const colours = {
  fatal: 'red',
  error: 'red',
  warn: 'yellow',
  debug: 'gray',
  trace: 'gray',
} as const;

/**
 * A line of the log for a person at a terminal: time of day, which process, the level where it is not `info`,
 * the sentence, the fields beside it, and an error's stack below.
 */
export function forTerminal(json: string): string {
  const { level, time, name, pid: _, msg = '', err, ...fields } = JSON.parse(json) as Line;
  const clock = new Date(time).toTimeString().slice(0, 8);
  const colour = level in colours ? colours[level as keyof typeof colours] : undefined;
  const words = [
    ...(level === 'info' ? [] : [level]),
    msg,
    ...Object.entries(fields).map(([key, value]) => `${key}=${inWords(value)}`),
    ...(err && !err.stack ? [`(${err.message})`] : []),
  ].join(' ');
  const stack = err?.stack ? `\n${err.stack.replace(/^/gm, '    ')}` : '';
  const text = `${words}${stack}`;
  const styled = colour ? styleText(colour, text, { stream: process.stderr }) : text;
  return `${clock} ${name.padEnd(6)} ${styled}\n`;
}

const inWords = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value);
