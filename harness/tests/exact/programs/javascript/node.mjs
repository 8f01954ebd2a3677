// What both Node.js programs share: what a node has seen, answers and gossips.

import { appendFileSync, existsSync, readFileSync } from 'node:fs';

export const GOSSIP_MS = 100;
export const quiet = process.argv.includes('quiet');

const FILE = 'seen.txt';

/** Keeps each value in a file before it shows it, so that a crash loses nothing. */
export class Node {
  id = null;
  peers = [];
  seen = new Set();

  constructor() {
    const kept = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
    for (const line of kept.split('\n').filter(Boolean)) this.seen.add(Number(line));
  }

  add(values) {
    const unseen = new Set(values.filter((value) => !this.seen.has(value)));
    for (const value of unseen) {
      appendFileSync(FILE, `${value}\n`);
      this.seen.add(value);
    }
  }

  handle(line) {
    const message = JSON.parse(line);
    const { body } = message;
    switch (body.type) {
      case 'init':
        this.id = body.node_id;
        this.peers = body.node_ids.filter((peer) => peer !== this.id);
        return this.reply(message);
      case 'topology':
        return this.reply(message);
      case 'broadcast':
        this.add([body.message]);
        return this.reply(message);
      case 'read':
        return this.reply(message, { messages: [...this.seen] });
      case 'gossip':
        return this.add(body.values);
    }
  }

  /** Tells one peer everything. Lost messages do not matter: the next one says it again. */
  gossip(extra) {
    if (this.peers.length === 0) return;
    const peer = this.peers[Math.floor(Math.random() * this.peers.length)];
    this.send(peer, { type: 'gossip', values: [...this.seen], ...extra });
  }

  reply({ src, body }, answer) {
    this.send(src, { type: `${body.type}_ok`, in_reply_to: body.msg_id, ...answer });
  }

  send(dest, body) {
    process.stdout.write(`${JSON.stringify({ src: this.id, dest, body })}\n`);
  }
}
