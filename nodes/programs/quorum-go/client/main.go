// A client of three replicas: it writes by two of them and reads from the third.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
	"time"
)

var client = &http.Client{Timeout: 2 * time.Second}

// where returns the URL of a key at a replica.
func where(replica, key string) string {
	prefix := "PEER_" + strings.ToUpper(replica)
	return "http://" + os.Getenv(prefix+"_HOST") + ":" + os.Getenv(prefix+"_PORT") + "/kv/" + key
}

// try sends one request and returns the answer.
func try(method, url, value string) ([]byte, error) {
	request, err := http.NewRequest(method, url, strings.NewReader(value))
	if err != nil {
		return nil, err
	}
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: status %s: %s", method, url, response.Status, body)
	}
	return body, err
}

// do tries for five seconds, because a replica may not be there yet.
func do(method, url, value string) []byte {
	for start := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		body, err := try(method, url, value)
		if err == nil {
			return body
		}
		if time.Since(start) > 5*time.Second {
			log.Fatal(err)
		}
	}
}

func main() {
	do(http.MethodPut, where("peer0", "k1"), "alpha")
	do(http.MethodPut, where("peer1", "k2"), "beta")

	var result string
	for _, key := range []string{"k1", "k2"} {
		var entry struct{ Value string }
		if err := json.Unmarshal(do(http.MethodGet, where("peer2", key), ""), &entry); err != nil {
			log.Fatal(err)
		}
		result += key + "=" + entry.Value + "\n"
	}
	if err := os.WriteFile("result.txt", []byte(result), 0o644); err != nil {
		log.Fatal(err)
	}
}
