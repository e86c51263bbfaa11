/** A port is taken, or HOST is not an address of this machine. */
export class CannotListen extends Error {
  constructor(host: string, port: number, why: string, variable = 'PORT (and HOST)') {
    super(`Cannot listen on ${host}:${port} (${why}): set ${variable} to a free one.`);
    this.name = 'CannotListen';
  }
}
