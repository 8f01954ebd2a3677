#!/usr/bin/env node
// A node for {{workload}}. It answers init, and nothing else yet.

import { createInterface } from "node:readline";

let nodeId = null; // who this node is, known after init
let nodeIds = []; // all nodes, this one too
let nextMsgId = 0;

// Sends a message to a client or to another node.
function send(dest, body) {
  const message = { src: nodeId, dest, body: { ...body, msg_id: nextMsgId++ } };
  // One write a line. Do not call process.exit() afterwards: it may cut the line off.
  process.stdout.write(JSON.stringify(message) + "\n");
}

// Answers a request; in_reply_to says which one.
function reply(request, body) {
  send(request.src, { ...body, in_reply_to: request.body.msg_id });
}

// Prints for you to read: stdout belongs to the messages, so no console.log.
function log(text) {
  console.error(text);
}

function handle(message) {
  const body = message.body;
  switch (body.type) {
    case "init":
      nodeId = body.node_id;
      nodeIds = body.node_ids;
      log(`I am ${nodeId} of ${nodeIds}`);
      reply(message, { type: "init_ok" });
      break;
    // Add the requests of {{workload}} here, each with a `case`:
    // {{rpcs}}
    default:
      if (body.in_reply_to !== undefined) return; // an answer to something that this node sent
      if (body.msg_id === undefined) return;
      reply(message, { type: "error", code: 10, text: `this node does not know ${body.type}` });
  }
}

createInterface({ input: process.stdin }).on("line", (line) => {
  if (line.trim() !== "") handle(JSON.parse(line));
});
