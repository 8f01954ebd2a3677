/* A broadcast node without its loop: two programs wait in two ways and share this. */

#include "node.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where the value of this key begins; NULL without it. */
static char *value_of(char *line, const char *key) {
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    char *found = strstr(line, quoted);
    return found ? found + strlen(quoted) + strspn(found + strlen(quoted), " ") : NULL;
}

static long number(char *line, const char *key) {
    char *value = value_of(line, key);
    return value ? strtol(value, NULL, 10) : 0;
}

static void word(char *line, const char *key, char text[NAME]) {
    char *value = value_of(line, key);
    if (!value || sscanf(value, "\"%15[^\"]", text) != 1) text[0] = '\0';
}

static void send_line(const struct node *node, const char *dest, const char *body) {
    static char line[LINE];
    int length = snprintf(line, sizeof line, "{\"src\":\"%s\",\"dest\":\"%s\",\"body\":%s}\n",
                          node->id, dest, body);
    for (int sent = 0; sent < length;) {
        ssize_t more = write(STDOUT_FILENO, line + sent, length - sent);
        if (more < 0) exit(1);
        sent += more;
    }
}

static void add(struct node *node, long value) {
    for (int i = 0; i < node->seen_count; i++)
        if (node->seen[i] == value) return;
    if (node->seen_count == VALUES) exit(1);
    if (dprintf(node->file, "%ld\n", value) < 0) exit(1);
    node->seen[node->seen_count++] = value;
}

static size_t write_values(const struct node *node, char *text) {
    size_t length = sprintf(text, "[");
    for (int i = 0; i < node->seen_count; i++)
        length += sprintf(text + length, i ? ",%ld" : "%ld", node->seen[i]);
    return length + sprintf(text + length, "]");
}

static void learn_peers(struct node *node, char *line) {
    word(line, "node_id", node->id);
    node->peer_count = 0;
    char *list = strtok(value_of(line, "node_ids") + 1, "]");
    for (char *peer = strtok(list, "\", "); peer; peer = strtok(NULL, "\", "))
        if (strcmp(peer, node->id) && node->peer_count < PEERS)
            snprintf(node->peers[node->peer_count++], NAME, "%s", peer);
}

static void learn_values(struct node *node, char *line) {
    char *list = strtok(value_of(line, "values") + 1, "]");
    if (!list || *list == ',' || *list == '}') return; /* an empty list */
    for (char *value = strtok(list, ","); value; value = strtok(NULL, ","))
        add(node, strtol(value, NULL, 10));
}

void node_open(struct node *node, bool quiet) {
    node->quiet = quiet;
    node->file = open("seen.txt", O_RDWR | O_CREAT | O_APPEND, 0644);
    FILE *kept = fopen("seen.txt", "r");
    if (node->file < 0 || !kept) exit(1);
    while (node->seen_count < VALUES && fscanf(kept, "%ld", &node->seen[node->seen_count]) == 1)
        node->seen_count++;
    fclose(kept);
}

void node_handle(struct node *node, char *line) {
    static char body[LINE];
    char type[NAME], src[NAME];
    word(line, "type", type);
    word(line, "src", src);
    if (!strcmp(type, "gossip")) {
        learn_values(node, line);
        return;
    }
    int length = snprintf(body, sizeof body, "{\"type\":\"%s_ok\",\"in_reply_to\":%ld", type,
                          number(line, "msg_id"));
    if (!strcmp(type, "init")) learn_peers(node, line);
    if (!strcmp(type, "broadcast")) add(node, number(line, "message"));
    if (!strcmp(type, "read")) {
        length += sprintf(body + length, ",\"messages\":");
        length += write_values(node, body + length);
    }
    sprintf(body + length, "}");
    send_line(node, src, body);
}

void node_gossip(struct node *node) {
    static char body[LINE];
    if (node->peer_count == 0) return;
    size_t length = sprintf(body, "{\"type\":\"gossip\",\"values\":");
    length += write_values(node, body + length);
    if (!node->quiet) {
        length += sprintf(body + length, ",\"chance\":");
        chance(body + length, sizeof body - length);
        length += strlen(body + length);
    }
    sprintf(body + length, "}");
    send_line(node, node->peers[rand() % node->peer_count], body);
}

bool lines_read(struct lines *lines) {
    size_t room = sizeof lines->bytes - lines->length;
    ssize_t more = read(STDIN_FILENO, lines->bytes + lines->length, room);
    if (more <= 0) return false;
    lines->length += more;
    return true;
}

bool lines_next(struct lines *lines, char line[LINE]) {
    char *end = memchr(lines->bytes, '\n', lines->length);
    if (!end) return false;
    size_t length = end - lines->bytes + 1;
    memcpy(line, lines->bytes, length);
    line[length - 1] = '\0';
    lines->length -= length;
    memmove(lines->bytes, lines->bytes + length, lines->length);
    return true;
}
