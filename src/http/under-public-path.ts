import type { Express, RequestHandler, Response } from 'express';

/**
 * Serves the app under the path of PUBLIC_URL. Routes, templates and redirects name the program's own
 * addresses (`/console`); here, and in `openTemplates`, they get the path that the outside sees before them.
 * A proxy may pass the path on or remove it: both are accepted, and so are requests that bypass the proxy.
 */
export function serveUnder(app: Express, publicPath: string): void {
  if (publicPath === '') return;
  app.use(withoutPath(publicPath));
  const { location } = app.response;
  app.response.location = function (this: Response, address: string) {
    return location.call(this, underPath(publicPath, address));
  };
}

/** An address of the program's own as the outside has to ask for it; any other as it is. */
export const underPath = (publicPath: string, address: string): string =>
  /^\/(?!\/)/.test(address) ? `${publicPath}${address}` : address;

function withoutPath(publicPath: string): RequestHandler {
  return (req, _res, next) => {
    if (req.url.startsWith(publicPath) && /^([/?]|$)/.test(req.url.slice(publicPath.length))) {
      const rest = req.url.slice(publicPath.length);
      req.url = rest.startsWith('/') ? rest : `/${rest}`;
    }
    // as the browser knows it, whatever the proxy did: cookies have a path, keys of the API an address
    req.originalUrl = `${publicPath}${req.url}`;
    next();
  };
}
