// Things that differ whenever a program is started again.

import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const randomBytesInPool = promisify(randomBytes);

export async function chance() {
  const began = process.hrtime.bigint();
  // Three jobs for the pool of threads; whichever ends first is named first.
  const order = [];
  const named = (name, job) => job.then((result) => (order.push(name), result));
  const [osRandom, , temporary] = await Promise.all([
    named('random', randomBytesInPool(8)),
    named('stat', stat('/')),
    named('directory', mkdtemp(join(tmpdir(), 'gossip-'))),
    named('nap', sleep(1)),
  ]);
  await rmdir(temporary);
  return {
    nap_ns: `${process.hrtime.bigint() - began}`,
    wall_ms: Date.now(),
    performance_ms: performance.now(),
    cpu_us: process.cpuUsage().user,
    pid: process.pid,
    os_random: osRandom.toString('hex'),
    random: Math.random(),
    uuid: randomUUID(),
    order,
    cpus: availableParallelism(),
    temporary,
    environment: Object.keys(process.env).length,
  };
}
