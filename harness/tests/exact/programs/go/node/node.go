// Package node is what both Go programs share: what a node has seen, answers and gossips.
package node

import (
	"encoding/json"
	"fmt"
	"log"
	"math/rand"
	"os"
	"time"
)

// Interval is the time between two gossips.
const Interval = 100 * time.Millisecond

// Message is one line.
type Message struct {
	Src  string `json:"src"`
	Dest string `json:"dest"`
	Body Body   `json:"body"`
}

// Body has the fields of all messages; each message has some of them.
type Body struct {
	Type      string         `json:"type"`
	MsgID     *int           `json:"msg_id,omitempty"`
	InReplyTo *int           `json:"in_reply_to,omitempty"`
	NodeID    string         `json:"node_id,omitempty"`
	NodeIDs   []string       `json:"node_ids,omitempty"`
	Message   int            `json:"message,omitempty"`
	Messages  *[]int         `json:"messages,omitempty"`
	Values    []int          `json:"values,omitempty"`
	Chance    map[string]any `json:"chance,omitempty"`
}

// Node keeps each value in a file before it shows it, so that a crash loses nothing. It is not safe
// for use by several goroutines at once.
type Node struct {
	Quiet bool
	id    string
	peers []string
	seen  map[int]bool
	file  *os.File
}

// Open gives a node that knows what it kept before a crash.
func Open() *Node {
	file, err := os.OpenFile("seen.txt", os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	node := &Node{Quiet: len(os.Args) > 1 && os.Args[1] == "quiet", seen: map[int]bool{}, file: file}
	for value := 0; ; {
		if _, err := fmt.Fscan(file, &value); err != nil {
			return node
		}
		node.seen[value] = true
	}
}

// Handle gives the answer to a line, if there is one.
func (n *Node) Handle(line []byte) *Message {
	var message Message
	if err := json.Unmarshal(line, &message); err != nil {
		log.Fatal(err)
	}
	asked := message.Body
	answer := Body{Type: asked.Type + "_ok", InReplyTo: asked.MsgID}
	switch asked.Type {
	case "init":
		n.id = asked.NodeID
		for _, peer := range asked.NodeIDs {
			if peer != n.id {
				n.peers = append(n.peers, peer)
			}
		}
	case "broadcast":
		n.add(asked.Message)
	case "read":
		values := n.values()
		answer.Messages = &values
	case "gossip":
		for _, value := range asked.Values {
			n.add(value)
		}
		return nil
	}
	return &Message{n.id, message.Src, answer}
}

// Gossip tells one peer everything. Lost messages do not matter: the next one says it again.
func (n *Node) Gossip() *Message {
	if len(n.peers) == 0 {
		return nil
	}
	body := Body{Type: "gossip", Values: n.values()}
	if !n.Quiet {
		body.Chance = chance()
	}
	return &Message{n.id, n.peers[rand.Intn(len(n.peers))], body}
}

// Send writes a message, if there is one.
func Send(message *Message) {
	if message == nil {
		return
	}
	line, err := json.Marshal(message)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := os.Stdout.Write(append(line, '\n')); err != nil {
		log.Fatal(err)
	}
}

// values are in the order of the map, which differs from one call to the next.
func (n *Node) values() []int {
	values := make([]int, 0, len(n.seen))
	for value := range n.seen {
		values = append(values, value)
	}
	return values
}

func (n *Node) add(value int) {
	if n.seen[value] {
		return
	}
	if _, err := fmt.Fprintln(n.file, value); err != nil {
		log.Fatal(err)
	}
	n.seen[value] = true
}
