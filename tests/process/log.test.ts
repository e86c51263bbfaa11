import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { openLog } from '../../src/process/log.ts';

function written(level: 'info' | 'debug', write: (log: ReturnType<typeof openLog>) => void) {
  let lines = '';
  write(openLog(level, 'test', { write: (line: string) => void (lines += line) }));
  return lines;
}

test('at info no address stands in clear, at debug it may', () => {
  const fields = { email: 'ana@reader.example', reader: { to: 'ana@reader.example' } };
  expect(written('info', (log) => log.info(fields, 'x'))).not.toContain('ana@');
  expect(written('debug', (log) => log.info(fields, 'x'))).toContain('ana@');
});

test('an error of the database is logged without the row it quotes or its connection', async () => {
  const client = new pg.Client(inject('postgres').replace('__db__', 'postgres'));
  await client.connect();
  await client.query('create temp table people (email text unique)');
  await client.query(`insert into people values ('ana@reader.example')`);
  const error = await client.query(`insert into people values ('ana@reader.example')`).then(
    () => undefined,
    (err: unknown) => err,
  );
  await client.end();
  const line = written('info', (log) => log.error({ err: error }, 'failed'));
  expect(JSON.parse(line).err).toMatchObject({ code: '23505', constraint: 'people_email_key' });
  expect(line).not.toContain('ana@');
  expect(line).not.toContain('connectionParameters');
});
