// A goroutine for each message, on four threads, with work for the garbage collector.
package main

import (
	"bufio"
	"os"
	"runtime"
	"sync"
	"time"

	"exact/node"
)

func main() {
	var lock sync.Mutex
	n := node.Open()
	if !n.Quiet {
		runtime.GOMAXPROCS(4)
	}
	go func() {
		for range time.NewTicker(node.Interval).C {
			if !n.Quiet {
				litter()
			}
			lock.Lock()
			node.Send(n.Gossip())
			lock.Unlock()
		}
	}()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	var handled sync.WaitGroup
	for lines.Scan() {
		line := append([]byte(nil), lines.Bytes()...)
		handled.Add(1)
		go func() {
			defer handled.Done()
			lock.Lock()
			defer lock.Unlock()
			node.Send(n.Handle(line))
		}()
	}
	handled.Wait()
}

// litter leaves memory behind from several goroutines, and has it collected.
func litter() {
	var all sync.WaitGroup
	for i := 0; i < 4; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			var kept [][]byte
			for j := 0; j < 200; j++ {
				kept = append(kept, make([]byte, 1024))
			}
			runtime.KeepAlive(kept)
		}()
	}
	all.Wait()
	runtime.GC()
}
