package node

import (
	crypto "crypto/rand"
	"fmt"
	"log"
	"math/rand"
	"os"
	"runtime"
	"syscall"
	"time"
)

func init() {
	rand.Seed(time.Now().UnixNano())
}

// chance gives things that differ whenever a program is started again.
func chance() map[string]any {
	began := time.Now()
	time.Sleep(300 * time.Microsecond)
	osRandom := make([]byte, 8)
	if _, err := crypto.Read(osRandom); err != nil {
		log.Fatal(err)
	}
	temporary, err := os.CreateTemp("", "gossip-")
	if err != nil {
		log.Fatal(err)
	}
	temporary.Close()
	os.Remove(temporary.Name())
	var used syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	var order string
	for colour := range map[string]bool{"red": true, "green": true, "blue": true, "black": true} {
		order += " " + colour
	}
	return map[string]any{
		"nap_ns":      time.Since(began).Nanoseconds(),
		"wall_ns":     time.Now().UnixNano(),
		"cpu_ns":      used.Utime.Nano() + used.Stime.Nano(),
		"pid":         os.Getpid(),
		"thread":      syscall.Gettid(),
		"os_random":   fmt.Sprintf("%x", osRandom),
		"random":      rand.Float64(),
		"order":       order,
		"address":     fmt.Sprintf("%p", &used),
		"cpus":        runtime.NumCPU(),
		"goroutines":  runtime.NumGoroutine(),
		"temporary":   temporary.Name(),
		"environment": len(os.Environ()),
	}
}
