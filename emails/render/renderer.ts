import { type ChildProcess, fork } from 'node:child_process';
import { getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import type { RenderAnswer, RenderJobs, RenderKind } from './jobs.ts';

/** One content could not be rendered; says why. The next one is not touched by it. */
export class RenderError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RenderError';
  }
}

export interface Renderer {
  /** Renders in the child process, one after the other. Rejects with RenderError. */
  render<K extends RenderKind>(
    kind: K,
    content: RenderJobs[K]['content'],
  ): Promise<RenderJobs[K]['result']>;
  /** Starts the child for a render that is about to come: that one then waits for nothing. */
  warm(): void;
  /** Ends the child; what waits is rejected. May be called again. */
  close(): Promise<void>;
}

export interface RendererSettings {
  /** The child ends after so long without work. */
  idleMs: number;
  /** One render may take so long; then the child is killed and that content fails. */
  timeoutMs: number;
  /** The newsroom's own templates; null: ours. */
  templates: string | null;
  /** What the child runs: that of mails, or that of pictures. */
  entry: 'process.ts' | 'picture-process.ts';
  /** Told when the child starts, ends, or dies. */
  log: (event: { event: 'started' | 'idle' | 'died'; pid: number | undefined }) => void;
}

interface Waiting {
  kind: RenderKind;
  content: unknown;
  // The results of several kinds wait in one line; render() knows which one it asked for.
  resolve: (result: never) => void;
  reject: (error: Error) => void;
}

// Bounds what a hostile or broken content can take; a normal render peaks far below.
const HEAP_MB = 512;
// cheerio as it is for browsers: as it is for Node it brings an HTTP client of 200 files that renders nothing.
const WITHOUT_CLIENT = '--conditions=browser';

/** Opens a renderer. Starts nothing until the first render, and again whenever there is need. */
export function openRenderer(given: Partial<RendererSettings> = {}): Renderer {
  const settings: RendererSettings = {
    idleMs: 30_000,
    timeoutMs: 30_000,
    templates: null,
    entry: 'process.ts',
    log: () => {},
    ...given,
  };
  const line: Waiting[] = [];
  let child: ChildProcess | null = null;
  let current: Waiting | null = null;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function start(): ChildProcess {
    const cache = getCompileCacheDir();
    const entry = join(import.meta.dirname, settings.entry);
    const started = fork(entry, settings.templates === null ? [] : [settings.templates], {
      execArgv: [`--max-old-space-size=${HEAP_MB}`, WITHOUT_CLIENT],
      serialization: 'advanced',
      // It needs none of the environment, so none of the secrets in it.
      env: cache === undefined ? {} : { NODE_COMPILE_CACHE: cache },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    started.on('message', (answer: RenderAnswer) => settle(started, answer));
    started.on('error', () => lost(started));
    started.on('exit', () => lost(started));
    settings.log({ event: 'started', pid: started.pid });
    return started;
  }

  function next(): void {
    clearTimeout(timer);
    current = line.shift() ?? null;
    if (!current) {
      rest();
      return;
    }
    child ??= start();
    hold(child, true);
    const asked = child;
    timer = setTimeout(() => {
      fail(`Rendering took longer than ${settings.timeoutMs / 1000} s`);
      forget(asked).kill('SIGKILL');
      next();
    }, settings.timeoutMs);
    try {
      asked.send({ kind: current.kind, content: current.content }, (error) => {
        if (error) lost(asked);
      });
    } catch (error) {
      // What cannot be sent to another process (a function, say) throws here, not in the callback.
      fail(String(error));
      next();
    }
  }

  // An idle child must not keep the program alive.
  function rest(): void {
    if (!child) return;
    const idle = child;
    hold(idle, false);
    timer = setTimeout(() => {
      settings.log({ event: 'idle', pid: idle.pid });
      forget(idle).disconnect();
    }, settings.idleMs);
    timer.unref();
  }

  function settle(from: ChildProcess, answer: RenderAnswer): void {
    if (from !== child || !current) return;
    if ('error' in answer) {
      fail(answer.error.message);
      // Their templates may be what is wrong: the next render reads them anew.
      if (settings.templates !== null) forget(from).disconnect();
    } else current.resolve(answer.result as never);
    next();
  }

  function lost(gone: ChildProcess): void {
    if (gone !== child) return;
    settings.log({ event: 'died', pid: gone.pid });
    forget(gone);
    if (!current) return;
    fail('The render process ended while it rendered this');
    next();
  }

  function fail(message: string): void {
    current?.reject(new RenderError(message));
    current = null;
  }

  function forget(gone: ChildProcess): ChildProcess {
    if (gone === child) child = null;
    return gone;
  }

  return {
    render: (kind, content) => {
      if (closed) return Promise.reject(new RenderError('The renderer is closed'));
      return new Promise((resolve, reject) => {
        line.push({ kind, content, resolve, reject });
        if (!current) next();
      });
    },
    warm: () => {
      if (closed || child) return;
      child = start();
      rest();
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      const last = child;
      child = null;
      for (const waiting of [...(current ? [current] : []), ...line.splice(0)]) {
        waiting.reject(new RenderError('The renderer was closed'));
      }
      current = null;
      if (!last || last.exitCode !== null || last.signalCode !== null) return;
      const ended = new Promise<void>((resolve) => last.once('exit', () => resolve()));
      hold(last, true);
      last.kill('SIGKILL');
      await ended;
    },
  };
}

function hold(child: ChildProcess, held: boolean): void {
  if (held) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}
