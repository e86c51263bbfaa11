import { fetch } from 'undici';
import { bad, type Check, good } from './check.ts';

const PATIENCE_MS = 10_000;

/**
 * Whether the link of List-Unsubscribe does in one POST what RFC 8058 asks: over https, without a redirect, a cookie or
 * a question. `link` is a signed one that is nobody's. Asked from this machine: from outside a firewall may say otherwise.
 */
export async function checkOneClick(publicUrl: string, link: string): Promise<Check> {
  const { protocol, hostname, origin } = new URL(publicUrl);
  const values = { origin };
  if (/^(localhost|127\.|\[::1\])/.test(hostname))
    return good(
      'one-click',
      `${publicUrl} only works on this machine.`,
      'Set PUBLIC_URL to the public address.',
      { finding: 'local', values },
    );
  if (protocol !== 'https:')
    return bad(
      'one-click',
      `${publicUrl} is not https: mail apps do not offer one-click unsubscribe.`,
      'Put a proxy with a certificate in front, and set PUBLIC_URL to its https address.',
      { finding: 'plain', values },
    );
  const unreachable = (reason: string) =>
    bad(
      'one-click',
      `A POST to ${origin}/unsubscribe/… fails: ${reason}`,
      'Let POST requests from anyone through to Gaceta, as they are: no redirect, no sign-in, no page that asks whether it is a person.',
      { finding: 'unreachable', values: { ...values, reason } },
    );
  try {
    const response = await fetch(link, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    if (response.status === 200) return good('one-click', `${origin} answers 200 to one POST`);
    return unreachable(`it answers ${response.status}`);
  } catch (error) {
    const { cause, message } = error as Error & { cause?: Error };
    return unreachable(cause?.message || message);
  }
}
