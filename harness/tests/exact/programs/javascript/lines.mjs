#!/usr/bin/env node
// The usual style: an event for each line, an interval for gossip, promises for the rest.

import { createInterface } from 'node:readline';

import { chance } from './chance.mjs';
import { GOSSIP_MS, Node, quiet } from './node.mjs';

const node = new Node();

setInterval(async () => {
  node.gossip(quiet ? {} : { chance: await chance() });
}, GOSSIP_MS);

createInterface({ input: process.stdin })
  .on('line', (line) => node.handle(line))
  .on('close', () => process.exit());
