import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { HashQueue, HashQueueFullError } from '../../../src/crypto/password/password-queue.js';

/** Tasks that the test ends one by one. */
function tasks() {
  const started: number[] = [];
  const endings = new Map<number, { resolve: (value: number) => void; reject: (error: Error) => void }>();
  const task = (id: number) => () => {
    started.push(id);
    return new Promise<number>((resolve, reject) => endings.set(id, { resolve, reject }));
  };
  const end = (id: number) => endings.get(id)?.resolve(id);
  const fail = (id: number) => endings.get(id)?.reject(new Error(`task ${id}`));
  return { started, task, end, fail };
}

describe('HashQueue', () => {
  it('runs the configured number of tasks at a time, in order', async () => {
    const queue = new HashQueue({ concurrency: 2, limit: 10 });
    const { started, task, end } = tasks();
    const results = [1, 2, 3, 4, 5].map((id) => queue.run(task(id)));
    await nextTurn();
    expect([started, queue.running, queue.length]).toEqual([[1, 2], 2, 3]);
    end(2);
    await nextTurn();
    expect([started, queue.running, queue.length]).toEqual([[1, 2, 3], 2, 2]);
    for (const id of [1, 3, 4, 5]) {
      end(id);
      await nextTurn();
    }
    expect(await Promise.all(results)).toEqual([1, 2, 3, 4, 5]);
    expect([started, queue.running, queue.length]).toEqual([[1, 2, 3, 4, 5], 0, 0]);
  });

  it('refuses a task if too many are waiting, and accepts tasks again later', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 1 });
    const { started, task, end } = tasks();
    const [first, second] = [queue.run(task(1)), queue.run(task(2))];
    await expect(queue.run(task(3))).rejects.toThrow(HashQueueFullError);
    end(1);
    await nextTurn();
    end(2);
    expect(await Promise.all([first, second])).toEqual([1, 2]);
    const fourth = queue.run(task(4));
    await nextTurn();
    end(4);
    expect(await fourth).toBe(4);
    expect(started).toEqual([1, 2, 4]);
  });

  it('goes on after a task that throws or rejects', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 5 });
    const { task, fail } = tasks();
    const atOnce = () => {
      throw new Error('at once');
    };
    const later = queue.run(task(1));
    const thrown = queue.run(atOnce);
    const last = queue.run(() => Promise.resolve('fine'));
    await nextTurn();
    fail(1);
    await expect(later).rejects.toThrow('task 1');
    await expect(thrown).rejects.toThrow('at once');
    expect(await last).toBe('fine');
    expect([queue.running, queue.length]).toEqual([0, 0]);
  });

  it('lets no task wait if the limit is 0', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 0 });
    const { task, end } = tasks();
    const first = queue.run(task(1));
    await expect(queue.run(task(2))).rejects.toThrow(HashQueueFullError);
    end(1);
    expect(await first).toBe(1);
  });

  it('never runs more tasks than allowed', async () => {
    const queue = new HashQueue({ concurrency: 3, limit: 1000 });
    let running = 0;
    let most = 0;
    const runs = Array.from({ length: 300 }, (_, index) =>
      queue.run(async () => {
        most = Math.max(most, (running += 1));
        for (let turns = index % 4; turns > 0; turns--) await nextTurn();
        running -= 1;
      }),
    );
    await Promise.all(runs);
    expect(most).toBe(3);
  });

  it('lets the clients take turns', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 10 });
    const { started, task, end } = tasks();
    const busy = [1, 2, 3, 4].map((id) => queue.run(task(id), { client: 'busy' }));
    const others = [queue.run(task(11), { client: 'a' }), queue.run(task(12), { client: 'b' })];
    for (const id of [1, 2, 11, 12, 3, 4]) {
      await nextTurn();
      end(id);
    }
    await Promise.all([...busy, ...others]);
    expect(started).toEqual([1, 2, 11, 12, 3, 4]);
  });

  it('takes places from the busiest client for others, so that nobody can fill the queue', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 4 });
    const { started, task, end } = tasks();
    const busy = [1, 2, 3, 4, 5].map((id) => queue.run(task(id), { client: 'busy' }));
    await expect(queue.run(task(6), { client: 'busy' })).rejects.toThrow(HashQueueFullError);
    const others = [11, 12].map((id) => queue.run(task(id), { client: 'other' }));
    await expect(busy[4]).rejects.toThrow(HashQueueFullError);
    await expect(busy[3]).rejects.toThrow(HashQueueFullError);
    // Now both have two places.
    await expect(queue.run(task(13), { client: 'other' })).rejects.toThrow(HashQueueFullError);
    expect([queue.running, queue.length]).toEqual([1, 4]);
    for (const id of [1, 2, 11, 3, 12]) {
      await nextTurn();
      end(id);
    }
    expect(await Promise.all([...busy.slice(0, 3), ...others])).toEqual([1, 2, 3, 11, 12]);
    expect(started).toEqual([1, 2, 11, 3, 12]);
    expect([queue.running, queue.length]).toEqual([0, 0]);
  });

  it('skips a task whose client has left', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 10 });
    const { started, task, end } = tasks();
    let hasLeft = false;
    const first = queue.run(task(1));
    const second = queue.run(task(2), { hasLeft: () => hasLeft });
    const third = queue.run(task(3));
    await nextTurn();
    hasLeft = true;
    end(1);
    await expect(second).rejects.toThrow(HashQueueFullError);
    await nextTurn();
    end(3);
    expect(await Promise.all([first, third])).toEqual([1, 3]);
    expect(started).toEqual([1, 3]);
    expect([queue.running, queue.length]).toEqual([0, 0]);
  });

  it('skips a task whose time is over, and frees the place if none is left', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 10 });
    const { started, task, end } = tasks();
    const first = queue.run(task(1));
    const second = queue.run(task(2), { due: performance.now() + 5 });
    await sleep(20);
    end(1);
    await expect(second).rejects.toThrow(HashQueueFullError);
    expect([started, queue.running, queue.length]).toEqual([[1], 0, 0]);
    await first;
  });

  it('refuses a task at once if it would end too late, counting only those that start before it', async () => {
    const queue = new HashQueue({ concurrency: 1, limit: 100 });
    await queue.run(() => sleep(20));
    const { task, end } = tasks();
    const running = queue.run(task(0));
    const busy = Array.from({ length: 20 }, (_, n) => queue.run(task(n + 1), { client: 'busy' }));
    // 22 tasks of about 20 ms are before its end for the busy client, and 2 for another one.
    const due = performance.now() + 200;
    await expect(queue.run(task(98), { client: 'busy', due })).rejects.toThrow(HashQueueFullError);
    const other = queue.run(task(99), { client: 'other', due });
    expect(queue.length).toBe(21);
    for (const id of [0, 1, 99, ...busy.keys()]) {
      await nextTurn();
      end(id);
    }
    await nextTurn();
    end(20);
    await Promise.allSettled([running, other, ...busy]);
  });
});
