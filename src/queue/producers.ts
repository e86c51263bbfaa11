import type { Producer, QueueEngine } from './engines.ts';

/** The producers of all queues, each made at its first use. */
export interface Producers {
  /** Runs `use` on the producer of that queue. Rejects with what it rejects with. */
  with<T>(name: string, use: (producer: Producer) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * A producer that failed is made anew at its next use: BullMQ keeps the outcome of its first connection for ever, so one
 * first used while the queue is away would fail for the life of the process.
 */
export function openProducers(engine: QueueEngine): Producers {
  const producers = new Map<string, Producer>();
  const closing = new Set<Promise<unknown>>();
  const get = (name: string): Producer => {
    const known = producers.get(name);
    if (known) return known;
    const made = engine.producer(name);
    producers.set(name, made);
    return made;
  };
  const close = (producer: Producer) => {
    const closed = producer
      .close()
      .catch(() => undefined)
      .finally(() => closing.delete(closed));
    closing.add(closed);
  };
  return {
    async with(name, use) {
      const producer = get(name);
      try {
        return await use(producer);
      } catch (error) {
        // several may have failed by the same one
        if (producers.get(name) === producer) {
          producers.delete(name);
          close(producer);
        }
        throw error;
      }
    },
    async close() {
      for (const producer of producers.values()) close(producer);
      producers.clear();
      await Promise.all(closing);
    },
  };
}
