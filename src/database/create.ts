import pg from 'pg';

/**
 * Makes a database, as a copy of `template` if one is named; leaves one that is there alone.
 * Several processes may call it at once.
 * @param adminUrl a database of the same server to connect to, such as `postgres`
 */
export async function createDatabase(
  adminUrl: string,
  name: string,
  template = 'template0',
): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount) return;
    const [database, source] = [name, template].map((each) => client.escapeIdentifier(each));
    await client.query(`create database ${database} template ${source}`);
  } catch (error) {
    const { code } = error as { code?: string };
    // duplicate_database, or the catalogue's unique index when two create at the same moment
    if (code !== '42P04' && code !== '23505') throw error;
  } finally {
    await client.end();
  }
}
