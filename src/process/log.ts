import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

export type { Logger } from 'pino';

// At info and above a log may be read by many: no address in clear, and no token (routes are logged, not paths).
const personal = [
  'email',
  'to',
  'address',
  'token',
  'password',
  '*.email',
  '*.to',
  '*.token',
  '*.password',
];

// Errors of pg carry their whole connection, and a `detail` that quotes the row: neither belongs in a log.
const readable = (err: unknown): unknown =>
  err instanceof Error
    ? {
        type: err.name,
        message: err.message,
        ...('code' in err && { code: err.code }),
        ...('constraint' in err && { constraint: err.constraint }),
        stack: err.stack,
        ...(err.cause !== undefined && { cause: readable(err.cause) }),
      }
    : err;

/** Structured logs, one JSON line each, on stderr: stdout belongs to what a command was asked for. */
export function openLog(
  level: Config['logLevel'],
  name: string,
  destination: DestinationStream = pino.destination({ dest: 2, sync: true }),
): Logger {
  const clear = level === 'debug' || level === 'trace';
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      serializers: { err: readable },
      ...(clear ? {} : { redact: { paths: personal, censor: '[hidden]' } }),
    },
    destination,
  );
}
