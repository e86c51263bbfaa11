import type { CookieOptions, Request, Response } from 'express';

/** One cookie of the console. */
export interface Cookie {
  read(req: Request): string | undefined;
  write(res: Response, value: string): void;
  clear(res: Response): void;
}

/** A cookie that scripts cannot read and other sites' forms do not bring, good for so many ms. */
export function cookieOf(
  { publicUrl, publicPath }: { publicUrl: string; publicPath: string },
  base: string,
  maxAge: number,
): Cookie {
  const secure = publicUrl.startsWith('https:');
  const name = nameOf(base, secure, publicPath);
  const options: CookieOptions = {
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: name.startsWith('__Host-') ? '/' : `${publicPath}/console`,
  };
  return {
    read: (req) => valueOf(req.headers.cookie ?? '', name),
    write: (res, value) => void res.cookie(name, value, { ...options, maxAge }),
    clear: (res) => void res.clearCookie(name, options),
  };
}

// __Host- keeps a sibling domain from planting a cookie here, but goes to every path of the host. Under a path
// of its own Gaceta has neighbours, who must not see it.
function nameOf(base: string, secure: boolean, publicPath: string): string {
  if (!secure) return base;
  return publicPath === '' ? `__Host-${base}` : `__Secure-${base}`;
}

/** The value of a cookie in a Cookie header; ours hold letters, digits, `-`, `_` and `.` alone. */
function valueOf(header: string, name: string): string | undefined {
  for (const pair of header.split(';')) {
    const [key = '', value = ''] = pair.split('=', 2);
    if (key.trim() === name) return value.trim();
  }
  return undefined;
}
