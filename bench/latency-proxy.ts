import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * A proxy in front of a port of loopback that holds every byte back for half of `latencyMs` in each direction, as a
 * relay far away would; bandwidth is not limited.
 */
export async function startLatencyProxy(
  target: number,
  latencyMs: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open.delete(socket);
        // what is still on its way arrives first
        setTimeout(() => {
          near.destroy();
          far.destroy();
        }, latencyMs);
      });
    }
    delay(near, far, latencyMs / 2);
    delay(far, near, latencyMs / 2);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

function delay(from: Socket, to: Socket, ms: number): void {
  from.on('data', (chunk) => void setTimeout(() => to.writable && to.write(chunk), ms));
  from.on('end', () => void setTimeout(() => to.end(), ms));
}
