// One loop that selects between lines and timers; only a reader runs beside it.
package main

import (
	"bufio"
	"os"
	"time"

	"exact/node"
)

func main() {
	n := node.Open()
	lines := make(chan []byte)
	go read(lines)
	due := time.NewTimer(node.Interval)
	for {
		var idle <-chan time.Time
		if !n.Quiet {
			idle = time.After(30 * time.Millisecond)
		}
		select {
		case line, ok := <-lines:
			if !ok {
				return
			}
			node.Send(n.Handle(line))
		case <-due.C:
			node.Send(n.Gossip())
			due.Reset(node.Interval)
		case <-idle:
			// Nothing to do: a timer that is thrown away whenever another case comes first.
		}
	}
}

func read(lines chan<- []byte) {
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines <- append([]byte(nil), scanner.Bytes()...)
	}
	close(lines)
}
