/* What both C programs share: what a node has seen, answers and gossips. */

#ifndef NODE_H
#define NODE_H

#include <stdbool.h>
#include <stddef.h>

#define GOSSIP_MS 100

enum { NAME = 16, PEERS = 64, VALUES = 8192, LINE = 256 * 1024 };

struct node {
    char id[NAME];
    char peers[PEERS][NAME];
    int peer_count;
    long seen[VALUES];
    int seen_count;
    int file;
    bool quiet;
};

/* Lines out of bytes that come in pieces. */
struct lines {
    char bytes[LINE];
    size_t length;
};

/* A node that knows what it kept in its file before a crash. */
void node_open(struct node *node, bool quiet);

/* Answers one line. */
void node_handle(struct node *node, char *line);

/* Tells one peer everything. Lost messages do not matter: the next one says it again. */
void node_gossip(struct node *node);

/* Reads once from stdin; false at its end. Waits when there is nothing. */
bool lines_read(struct lines *lines);

/* Takes the next whole line into `line`; false when there is none yet. */
bool lines_next(struct lines *lines, char line[LINE]);

/* Writes a JSON object of things that differ whenever a program is started again. */
void chance(char *text, size_t size);

#endif
