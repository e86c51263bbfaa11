/**
 * Gathers what comes in while `lanes` lots are being written, and writes it as one: under load a statement
 * and a commit serve dozens of requests, and a single request does not wait. A lot that fails is written
 * again one by one, so that only the faulty one fails.
 */
export function batched<T, R>(
  write: (items: T[]) => Promise<R[]>,
  { most, lanes }: { most: number; lanes: number },
): (item: T) => Promise<R> {
  interface Waiting {
    item: T;
    resolve: (result: R) => void;
    reject: (error: unknown) => void;
  }
  const waiting: Waiting[] = [];
  let writing = 0;

  async function deliver(lot: Waiting[]): Promise<void> {
    try {
      const results = await write(lot.map((one) => one.item));
      for (const [index, one] of lot.entries()) one.resolve(results[index] as R);
    } catch (error) {
      if (lot.length === 1) lot[0]?.reject(error);
      else for (const one of lot) await deliver([one]);
    }
  }
  async function go(): Promise<void> {
    writing++;
    while (waiting.length > 0) await deliver(waiting.splice(0, most));
    writing--;
  }
  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (writing < lanes) void go();
    });
}
