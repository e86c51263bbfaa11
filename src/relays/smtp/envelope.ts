import type { Capabilities } from './handshake.ts';
import type { Impossibility, Outgoing } from './outgoing.ts';

const ASCII = /^\p{ASCII}*$/u;
// A quoted local part may hold anything printable; elsewhere these end the address or the command.
const ADDRESS = /^(?:"(?:[^"\\\p{Cc}]|\\[^\p{Cc}])*"|[^\s<>"@\p{Cc}]+)@[^\s<>"@\p{Cc}]+$/u;
const LONGEST_ADDRESS = 320;

/** Why this relay can never take the message; undefined when it can. */
export function impossibility(
  outgoing: Outgoing,
  { size, largest, utf8 }: Capabilities,
): Omit<Impossibility, 'relay'> | undefined {
  const { from, to } = outgoing;
  for (const address of from === '' ? [to] : [to, from]) {
    if (address.length > LONGEST_ADDRESS || !ADDRESS.test(address)) {
      const what = address === to ? 'recipient' : 'return path';
      return {
        kind: 'impossible',
        reason: 'address',
        detail: `the ${what} is not an email address`,
      };
    }
  }
  if (size && largest > 0 && outgoing.size > largest) {
    const detail = `the message has ${outgoing.size} bytes, the relay takes ${largest}`;
    return { kind: 'impossible', reason: 'size', detail };
  }
  if (!utf8 && needsUtf8(outgoing)) {
    const detail = 'the address has letters beyond ASCII, and the relay does not offer SMTPUTF8';
    return { kind: 'impossible', reason: 'utf8', detail };
  }
  return undefined;
}

/** The MAIL command with the parameters this relay understands. */
export function mailCommand(outgoing: Outgoing, { size, utf8 }: Capabilities): string {
  const sized = size ? ` SIZE=${outgoing.size}` : '';
  const international = utf8 && needsUtf8(outgoing) ? ' SMTPUTF8' : '';
  return `MAIL FROM:<${outgoing.from}>${sized}${international}\r\n`;
}

/** The RCPT command. */
export function rcptCommand(outgoing: Outgoing): string {
  return `RCPT TO:<${outgoing.to}>\r\n`;
}

function needsUtf8(outgoing: Outgoing): boolean {
  return outgoing.utf8 || !ASCII.test(outgoing.to) || !ASCII.test(outgoing.from);
}
