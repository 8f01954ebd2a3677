#!/usr/bin/env node
// Worker threads that share memory and wait for each other, a loop of promises, and compression.

import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Worker, isMainThread, parentPort, threadId, workerData } from 'node:worker_threads';
import { deflate } from 'node:zlib';

import { chance } from './chance.mjs';
import { GOSSIP_MS, Node, quiet } from './node.mjs';

const WORKERS = 3;

if (isMainThread) {
  main();
} else {
  work();
}

/** Adds up numbers when asked, and counts in the memory that all workers share. */
function work() {
  const counter = new Int32Array(workerData);
  parentPort.on('message', (numbers) => {
    Atomics.wait(counter, 1, 0, 2);
    const turn = Atomics.add(counter, 0, 1);
    const sum = numbers.reduce((all, one) => all + one, 0);
    parentPort.postMessage({ threadId, turn, sum });
  });
}

async function main() {
  const node = new Node();
  gossip(node);
  for await (const line of createInterface({ input: process.stdin })) node.handle(line);
  process.exit();
}

async function gossip(node) {
  const memory = new SharedArrayBuffer(8);
  const started = quiet ? 0 : WORKERS;
  const workers = Array.from({ length: started }, () => start(memory));
  for (;;) {
    await sleep(GOSSIP_MS);
    node.gossip(quiet ? {} : await extras(node, workers));
  }
}

function start(memory) {
  return new Worker(new URL(import.meta.url), { workerData: memory });
}

async function extras(node, workers) {
  const compressed = await promisify(deflate)(JSON.stringify([...node.seen]));
  const turns = [];
  const answers = workers.map(async (worker) => {
    const answer = new Promise((resolve) => worker.once('message', resolve));
    worker.postMessage([...node.seen]);
    turns.push(await answer);
  });
  await Promise.all(answers);
  return { chance: { ...(await chance()), turns, compressed: compressed.length } };
}
