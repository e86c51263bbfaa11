/** The embedded server's settings, for one newsroom's machine: many short connections on a unix
 * socket, no port, no replica, writes that must last (`synchronous_commit` stays on). */
const settings = {
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '200',
  shared_buffers: '128MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  random_page_cost: '1.1', // a disk without arms
  jit: 'off',
  timezone: 'UTC',
  // no replica reads this log: the least of it, and long runs between two checkpoints
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_compression: 'on',
  wal_buffers: '16MB',
  max_wal_size: '2GB',
  min_wal_size: '128MB',
  checkpoint_timeout: '15min',
  log_checkpoints: 'off',
  // a sending edition updates each of its rows twice: clean up often, in small bites
  autovacuum_naptime: '15s',
  autovacuum_vacuum_cost_limit: '1000',
  // no statement and no failed row in the log: they hold readers' addresses
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_timezone: 'UTC',
};

/** The same as arguments for `postgres`: what a later version changes needs no edited file. */
export const settingFlags: readonly string[] = Object.entries(settings).flatMap(([name, value]) => [
  '-c',
  `${name}=${value}`,
]);
