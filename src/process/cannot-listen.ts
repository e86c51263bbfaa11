/** PORT is taken, or HOST is not an address of this machine. */
export class CannotListen extends Error {
  constructor(host: string, port: number, why: string) {
    super(`Cannot listen on ${host}:${port} (${why}): set PORT (and HOST) to a free address.`);
    this.name = 'CannotListen';
  }
}
