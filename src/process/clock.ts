import type { Logger } from './log.ts';

/** Something every worker asks the database about from time to time: two at once must do no harm. */
export interface Task {
  name: string;
  everyMs: number;
  run(): Promise<void>;
}

/**
 * Runs each task at once and then again so long after its last end. A task that throws is logged and
 * tried again at its next time. `stop` waits for those that run.
 */
export function runTasks(log: Logger, tasks: Task[]): { stop(): Promise<void> } {
  const timers = new Map<Task, NodeJS.Timeout>();
  const running = new Set<Promise<void>>();
  let stopped = false;
  const begin = (task: Task) => {
    const run = task
      .run()
      .catch((err) => log.error({ err, task: task.name }, 'a task failed; it is tried again'))
      .finally(() => {
        running.delete(run);
        if (!stopped) timers.set(task, setTimeout(begin, task.everyMs, task));
      });
    running.add(run);
  };
  for (const task of tasks) begin(task);
  return {
    async stop() {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
