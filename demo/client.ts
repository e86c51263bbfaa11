/** A program that uses the service from outside, over HTTP, with an API token. */
export interface Client {
  /** Calls the API; throws what it answered when that is not 2xx. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** The same with a body that is not JSON. */
  send<T>(method: string, path: string, type: string, body: string): Promise<T>;
}

/** What the API said no with. */
export class Refused extends Error {
  override name = 'Refused';
}

export function openClient(publicUrl: string, token: string): Client {
  const send = async <T>(method: string, path: string, type?: string, body?: string) => {
    const response = await fetch(`${publicUrl}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(type === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (!response.ok) throw new Refused(`${method} ${path} → ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  return {
    send,
    call: (method, path, body) =>
      body === undefined
        ? send(method, path)
        : send(method, path, 'application/json', JSON.stringify(body)),
  };
}

/** Asks until the answer will do. Throws after `seconds`, saying what was waited for. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  seconds = 60,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await new Promise((done) => {
      setTimeout(done, 100);
    });
  }
}
