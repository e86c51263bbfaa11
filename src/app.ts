import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express from 'express';
import helmet from 'helmet';
import { openSendingWatch, type SendingWatch } from './actions/watch-sending.ts';
import type { Context } from './context.ts';
import { apiRoutes } from './http/api/routes.ts';
import { LiveFigures } from './http/console/live/figures.ts';
import { consoleRoutes } from './http/console/routes.ts';
import { hookRoutes } from './http/hooks.ts';
import { openMetrics } from './http/metrics.ts';
import { plainForwardedFor } from './http/middleware/client-address.ts';
import { compress } from './http/middleware/compress.ts';
import { errorPages, notFound } from './http/middleware/errors.ts';
import { requestLog } from './http/middleware/request-log.ts';
import { answerForSilentDatabase } from './http/middleware/silent-database.ts';
import { BODY_MS, limitBodyTime } from './http/middleware/slow-bodies.ts';
import { watchForProxy } from './http/middleware/untrusted-proxy.ts';
import { operatingRoutes } from './http/operating.ts';
import { publicRoutes } from './http/public/routes.ts';
import { serveUnder } from './http/under-public-path.ts';
import { websubRoutes } from './http/websub.ts';

/** The whole web app: every middleware and every room of routes, in order. */
export function createApp(
  context: Context,
  sending: Pick<SendingWatch, 'stalls'> = openSendingWatch(context),
  figures = new LiveFigures(context),
): express.Express {
  const { publicUrl, publicPath } = context.config;
  const https = publicUrl.startsWith('https:');
  // below a path of another site, and for its subdomains, it is not ours to say that only https is spoken
  const ownHost = https && publicPath === '';
  const app = express();
  app.disable('x-powered-by');
  if (context.config.trustProxy !== undefined) app.set('trust proxy', context.config.trustProxy);

  serveUnder(app, publicPath);
  const metrics = openMetrics(context);
  app.use(requestLog(context.log, metrics));
  app.use(limitBodyTime(BODY_MS), watchForProxy(context), plainForwardedFor);
  app.use(answerForSilentDatabase(context.databaseUrl));
  app.use(compress);
  app.use(
    helmet({
      contentSecurityPolicy: {
        directives: {
          defaultSrc: ["'self'"],
          imgSrc: ["'self'", 'https:', 'http:', 'data:'],
          formAction: ["'self'"],
          frameAncestors: ["'none'"],
          // on plain http browsers would turn our own assets and forms into https
          upgradeInsecureRequests: https ? [] : null,
        },
      },
      strictTransportSecurity: ownHost && { includeSubDomains: false },
    }),
  );
  app.use(
    '/vendor/simplewebauthn',
    express.static(dirname(fileURLToPath(import.meta.resolve('@simplewebauthn/browser'))), {
      maxAge: '1h',
    }),
  );
  app.use(
    '/vendor/uplot',
    express.static(dirname(fileURLToPath(import.meta.resolve('uplot'))), { maxAge: '1h' }),
  );
  app.use(
    '/assets',
    express.static(join(import.meta.dirname, 'http/assets'), {
      maxAge: '1h',
      index: false,
      redirect: false,
    }),
  );
  app.use(operatingRoutes(context, metrics, sending)); // /healthz /readyz /metrics
  app.use('/api', apiRoutes(context)); // /api/v1, /api/openapi.json, /api/docs
  app.use('/console', consoleRoutes(context, figures));
  app.use('/hooks', hookRoutes(context)); // where providers tell what came back
  app.use('/websub', websubRoutes(context)); // where hubs say that a feed has changed
  app.use(publicRoutes(context)); // / /subscribe /confirm /unsubscribe /preferences /archive /embed /privacy
  app.use(notFound);
  app.use(errorPages(context));
  return app;
}
