import express from 'express';
import pg from 'pg';

// What the sign-up is compared with: an Express route that reads JSON and does one insert.
const [url = '', port = '0'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 10 });
await pool.query('create table if not exists bare (id bigserial primary key, email text not null)');
const app = express();
app.post('/bare', express.json(), async (req, res) => {
  await pool.query('insert into bare (email) values ($1)', [String(req.body.email)]);
  res.status(202).json({ status: 'pending' });
});
const server = app.listen(Number(port), '127.0.0.1', () => process.send?.('ready'));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool.end();
});
