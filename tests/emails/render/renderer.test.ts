import { expect, onTestFinished, test } from 'vitest';
import {
  openRenderer,
  RenderError,
  type RendererSettings,
} from '../../../emails/render/renderer.ts';
import { eventually } from '../../harness/eventually.ts';
import { edition, reader } from '../fixtures/editions.ts';

function opened(settings: Partial<RendererSettings> = {}) {
  const events: { event: string; pid: number | undefined }[] = [];
  const renderer = openRenderer({ log: (event) => events.push(event), ...settings });
  onTestFinished(() => renderer.close());
  const render = (count = 1) =>
    renderer.render('digest', { content: edition(count), reader: { ...reader, name: '' } });
  const pid = () => events.findLast(({ event }) => event === 'started')?.pid ?? 0;
  return { renderer, render, events, pid };
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

// What JSON from a database can hold though the types forbid it.
const broken = () => {
  const content = edition(1);
  Reflect.set(content, 'sections', null);
  return { content, reader: { ...reader, name: '' } };
};

test('nothing is started before there is need', () => {
  expect(opened().events).toEqual([]);
});

test('the child ends when idle and is started again', async () => {
  const { render, events, pid } = opened({ idleMs: 50 });
  await render();
  const first = pid();
  await eventually(() => expect(alive(first)).toBe(false));
  expect((await render()).html).toContain('Harbour board');
  expect(events.map(({ event }) => event).slice(0, 3)).toEqual(['started', 'idle', 'started']);
});

test('a child that was warmed takes the first render, and ends when none comes', async () => {
  const { renderer, render, events, pid } = opened({ idleMs: 50 });
  renderer.warm();
  renderer.warm();
  await render();
  expect(events).toHaveLength(1);
  await eventually(() => expect(alive(pid())).toBe(false));
  renderer.warm();
  const second = pid();
  await eventually(() => expect(alive(second)).toBe(false));
});

test('one bad content fails alone, with the reason', async () => {
  const { renderer, render, events } = opened();
  const [before, bad, after] = await Promise.allSettled([
    render(1),
    renderer.render('digest', broken()),
    render(2),
  ]);
  expect(before.status).toBe('fulfilled');
  expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(RenderError) });
  expect(after.status).toBe('fulfilled');
  expect(events.length).toBe(1);
});

test('a content that cannot be sent to the child fails alone', async () => {
  const { renderer, render } = opened();
  const odd = { content: edition(1), reader: { ...reader, name: '' } };
  Reflect.set(odd.content, 'extra', () => 'a function');
  const [before, bad, after] = await Promise.allSettled([
    render(1),
    renderer.render('digest', odd),
    render(2),
  ]);
  expect(before.status).toBe('fulfilled');
  expect(bad).toMatchObject({ status: 'rejected', reason: expect.any(RenderError) });
  expect(after.status).toBe('fulfilled');
});

test('a child that dies while rendering costs that content alone', async () => {
  const { render, events, pid } = opened();
  await render();
  const results = Promise.allSettled([render(15), render(2)]);
  process.kill(pid(), 'SIGKILL');
  const [lost, next] = await results;
  expect(lost).toMatchObject({ status: 'rejected', reason: expect.any(RenderError) });
  expect(next.status).toBe('fulfilled');
  expect(events.map(({ event }) => event)).toEqual(['started', 'died', 'started']);
});

test('a child that dies while idle is replaced', async () => {
  const { render, events, pid } = opened();
  await render();
  process.kill(pid(), 'SIGKILL');
  await eventually(() => expect(events.at(-1)?.event).toBe('died'));
  expect((await render()).text).toContain('The Daily');
});

test('what takes too long is ended and says so', async () => {
  const { render, pid } = opened({ timeoutMs: 400 });
  // The first render loads mjml, which takes longer than that.
  const slow = await render(300).catch((error: unknown) => error);
  expect(slow).toBeInstanceOf(RenderError);
  expect(String(slow)).toContain('0.4 s');
  await eventually(() => expect(alive(pid())).toBe(false));
});

test('many at once come back each with its own', async () => {
  const { render } = opened();
  const results = await Promise.all(Array.from({ length: 8 }, (_, n) => render(n)));
  for (const [n, { text }] of results.entries()) {
    expect(text.match(/harbour-board-pier-\d+/g)?.length ?? 0).toBe(n);
  }
});

test('close ends the child and refuses what waits and what comes', async () => {
  const { renderer, render, pid } = opened();
  await render();
  const child = pid();
  const waiting = expect(render()).rejects.toThrow(RenderError);
  await renderer.close();
  await waiting;
  expect(alive(child)).toBe(false);
  await expect(render()).rejects.toThrow('closed');
  await renderer.close();
});
