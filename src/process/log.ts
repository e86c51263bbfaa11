import { type DestinationStream, type Logger, pino } from 'pino';
import type { Config } from '../config.ts';
import { isAway, lostServices } from './outage.ts';
import { forTerminal } from './terminal.ts';

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

/**
 * The log, on stderr: stdout belongs to what a command was asked for. JSON, a line each; on a terminal lines
 * for a person. While a service is lost (`watchOutage` says that once), what only follows from it is debug.
 */
export function openLog(
  level: Config['logLevel'],
  name: string,
  destination: DestinationStream = process.stderr.isTTY
    ? { write: (line) => void process.stderr.write(forTerminal(line)) }
    : pino.destination({ dest: 2, sync: true }),
): Logger {
  const clear = level === 'debug' || level === 'trace';
  const log: Logger = pino(
    {
      name,
      level,
      base: { pid: process.pid },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: readable },
      ...(clear ? {} : { redact: { paths: personal, censor: '[hidden]' } }),
      hooks: {
        logMethod(args, method) {
          const [fields] = args as [unknown];
          if (followsFromOutage(log, fields)) this.debug(...(args as [object]));
          else method.apply(this, args);
        },
      },
    },
    destination,
  );
  return log;
}

/** A request that failed keeps its line: its id was shown to somebody. */
function followsFromOutage(log: Logger, fields: unknown): boolean {
  if (lostServices(log).size === 0 || typeof fields !== 'object' || fields === null) return false;
  return 'err' in fields && !('request' in fields) && isAway(fields.err);
}
