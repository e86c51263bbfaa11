import { expect, test } from 'vitest';
import { fetchPicture } from '../../src/pictures/fetch.ts';
import { serve } from '../feeds/fixtures/hostile-server.ts';

const loopback = { allowPrivate: ['127.0.0.1'] };

test('a redirect to a private address is refused, and so is a private address itself', async () => {
  await using inside = await serve((_request, response) => response.end('secret'), '127.0.0.2');
  await using outside = await serve((_request, response) =>
    response.writeHead(302, { location: `${inside.url}/internal` }).end(),
  );
  const refused = { message: 'privateAddress', temporary: false };
  await expect(fetchPicture(`${outside.url}/a.jpg`, loopback)).rejects.toMatchObject(refused);
  await expect(fetchPicture(`${inside.url}/a.jpg`, loopback)).rejects.toMatchObject(refused);
  await expect(fetchPicture(inside.url, { allowPrivate: false })).rejects.toMatchObject(refused);
  expect(inside.requests).toEqual([]);
});

test('more than 20 MB are not read, whether the server says so or not', async () => {
  let written = 0;
  await using server = await serve((request, response) => {
    if (request.url === '/says')
      return response.writeHead(200, { 'content-length': 40_000_000 }).write('x');
    const more = () => {
      while (written < 40_000_000 && response.write(Buffer.alloc(65_536))) written += 65_536;
    };
    response.on('drain', more);
    more();
  });
  const tooLarge = { message: 'tooLarge', temporary: false };
  await expect(fetchPicture(`${server.url}/says`, loopback)).rejects.toMatchObject(tooLarge);
  await expect(fetchPicture(`${server.url}/streams`, loopback)).rejects.toMatchObject(tooLarge);
  expect(written).toBeLessThan(40_000_000);
});

test('a server that hangs, breaks off or is overloaded may have it later, one that says no never', async () => {
  await using server = await serve((request, response) => {
    const status = Number(request.url?.slice(1));
    if (status) return response.writeHead(status).end('words');
    if (request.url === '/breaks')
      return response.writeHead(200, { 'content-length': 99 }).write('x', () => response.destroy());
  });
  const fetched = (path: string) =>
    fetchPicture(`${server.url}/${path}`, { ...loopback, timeoutMs: 300 });
  for (const path of ['hangs', 'breaks', '503', '429'])
    await expect(fetched(path)).rejects.toMatchObject({ temporary: true });
  for (const path of ['404', '403', '410'])
    await expect(fetched(path)).rejects.toMatchObject({ temporary: false });
});
