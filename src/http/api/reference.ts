import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { Router } from 'express';
import helmet from 'helmet';

const files = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')));

const page = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Gaceta API</title>
  <link rel="icon" href="../assets/icon.svg" type="image/svg+xml">
  <link rel="stylesheet" href="docs/files/swagger-ui.css">
</head>
<body>
  <div id="reference"></div>
  <script src="docs/files/swagger-ui-bundle.js"></script>
  <script src="docs/start.js"></script>
</body>
</html>
`;
const script = `SwaggerUIBundle({ url: 'openapi.json', dom_id: '#reference', deepLinking: true });\n`;

/** The reference page, made by swagger-ui in the browser from openapi.json; nothing of it comes from elsewhere. */
export function referenceRoutes(): Router {
  const router = Router();
  const policy = helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // swagger-ui sets style attributes on what it draws
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      formAction: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  });
  router.get('/docs', policy, (req, res) => {
    // the page's addresses are relative to /api/
    if (req.path.endsWith('/')) res.redirect(301, '../docs');
    else res.type('html').send(page);
  });
  router.get('/docs/start.js', (_req, res) => void res.type('js').send(script));
  router.use('/docs/files', express.static(files, { index: false, maxAge: '1d', redirect: false }));
  return router;
}
