// A node for {{workload}}. It answers init, and nothing else yet.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log"
	"os"
)

// Body is what a message says. Numbers stay as they were written.
type Body map[string]any

// Message is one line on stdin or stdout.
type Message struct {
	Src  string `json:"src"`
	Dest string `json:"dest"`
	Body Body   `json:"body"`
}

// Node is the state of this node.
type Node struct {
	id        string // who this node is, known after init
	ids       []any  // all nodes, this one too
	nextMsgID int
}

// send sends a message to a client or to another node.
func (n *Node) send(dest string, body Body) {
	body["msg_id"] = n.nextMsgID
	n.nextMsgID++
	line, err := json.Marshal(Message{Src: n.id, Dest: dest, Body: body})
	if err != nil {
		log.Fatal(err)
	}
	// os.Stdout has no buffer: the line is out at once. A bufio.Writer would need Flush.
	fmt.Fprintf(os.Stdout, "%s\n", line)
}

// reply answers a request; in_reply_to says which one.
func (n *Node) reply(request Message, body Body) {
	body["in_reply_to"] = request.Body["msg_id"]
	n.send(request.Src, body)
}

func (n *Node) handle(message Message) {
	body := message.Body
	switch body["type"] {
	case "init":
		n.id, _ = body["node_id"].(string)
		n.ids, _ = body["node_ids"].([]any)
		log.Printf("I am %s of %v", n.id, n.ids)
		n.reply(message, Body{"type": "init_ok"})
	// Add the requests of {{workload}} here, each with a case:
	// {{rpcs}}
	default:
		if _, isReply := body["in_reply_to"]; isReply {
			return // an answer to something that this node sent
		}
		if _, hasID := body["msg_id"]; hasID {
			text := fmt.Sprintf("this node does not know %v", body["type"])
			n.reply(message, Body{"type": "error", "code": 10, "text": text})
		}
	}
}

func main() {
	log.SetOutput(os.Stderr) // stdout belongs to the messages
	node := &Node{}
	reader := bufio.NewReader(os.Stdin)
	decoder := json.NewDecoder(reader)
	decoder.UseNumber()
	for decoder.More() {
		var message Message
		if err := decoder.Decode(&message); err != nil {
			log.Fatal(err)
		}
		node.handle(message)
	}
}
