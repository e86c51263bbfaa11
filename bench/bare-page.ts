import express from 'express';
import pg from 'pg';

// What pages are compared with: an Express page of 20 kB that looks one row up.
const [url = '', port = '0'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });
const filling = '<p>A line of a page that says nothing.</p>\n'.repeat(480);
const app = express();
app.get('/bare', async (_req, res) => {
  const { rows } = await pool.query('select email from operators order by id limit 1');
  res.type('html').send(`<!doctype html><h1>${String(rows[0]?.email)}</h1>${filling}`);
});
const server = app.listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
