// A replica of a key-value store with N=3, W=2 and R=2.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Entry is a value of a key. The version is a counter and the name of the replica that took it, as
// in "3-peer0", so that two replicas that count at the same time do not tie. "" is no version yet.
type Entry struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Version string `json:"version"`
}

func counter(version string) uint64 {
	number, _, _ := strings.Cut(version, "-")
	n, _ := strconv.ParseUint(number, 10, 64)
	return n
}

// newer compares first by counter, then by name.
func newer(a, b Entry) bool {
	if counter(a.Version) != counter(b.Version) {
		return counter(a.Version) > counter(b.Version)
	}
	_, nameA, _ := strings.Cut(a.Version, "-")
	_, nameB, _ := strings.Cut(b.Version, "-")
	return nameA > nameB
}

// Replica is one of the three.
type Replica struct {
	name   string
	peers  []string // as in http://127.0.0.1:7001
	client *http.Client

	mu      sync.Mutex
	entries map[string]Entry
	log     *os.File // all entries, in the order in which they came
}

func (r *Replica) read(key string) Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.entries[key]
}

// store keeps an entry, unless what is there is newer. If the entry has no version, it gets one
// that is newer than what is there and than the one given: both under one lock, so that no version
// is taken twice.
func (r *Replica) store(entry Entry, after Entry) Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.entries[entry.Key]
	if entry.Version == "" {
		if newer(own, after) {
			after = own
		}
		entry.Version = fmt.Sprintf("%d-%s", counter(after.Version)+1, r.name)
	}
	if newer(entry, own) {
		// The file first: after a restart, this replica still has all that it has promised.
		line, _ := json.Marshal(entry)
		if _, err := r.log.Write(append(line, '\n')); err != nil {
			log.Fatal(err)
		}
		r.entries[entry.Key] = entry
	}
	return entry
}

// askPeers asks both peers at the same time and returns the answer that comes first. With this
// replica, that makes two of three.
func (r *Replica) askPeers(method string, entry Entry) (Entry, bool) {
	answers := make(chan *Entry, len(r.peers)) // room for all: nobody waits for the slow one
	for _, peer := range r.peers {
		go func(peer string) { answers <- r.ask(method, peer, entry) }(peer)
	}
	for range r.peers {
		if answer := <-answers; answer != nil {
			return *answer, true
		}
	}
	return Entry{}, false
}

// ask returns what a peer answers, or nil if it does not.
func (r *Replica) ask(method, peer string, entry Entry) *Entry {
	var body []byte
	if method == http.MethodPut {
		body, _ = json.Marshal(entry)
	}
	url := peer + "/internal/" + url.PathEscape(entry.Key)
	request, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return nil
	}
	response, err := r.client.Do(request)
	if err != nil {
		return nil
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil
	}
	answer := Entry{Key: entry.Key}
	switch {
	case response.StatusCode == http.StatusNotFound:
		return &answer // the peer is there and has nothing
	case response.StatusCode == http.StatusOK && json.Unmarshal(text, &answer) == nil:
		return &answer
	}
	return nil
}

// put stores a value at two replicas, under a version newer than any that two replicas have.
func (r *Replica) put(key, value string) (Entry, bool) {
	newest, ok := r.askPeers(http.MethodGet, Entry{Key: key})
	if !ok {
		return Entry{}, false
	}
	entry := r.store(Entry{Key: key, Value: value}, newest)
	_, ok = r.askPeers(http.MethodPut, entry)
	return entry, ok
}

// get returns the newest value that two replicas have.
func (r *Replica) get(key string) (Entry, bool) {
	own := r.read(key)
	theirs, ok := r.askPeers(http.MethodGet, Entry{Key: key})
	if !ok || own.Version == theirs.Version {
		return own, ok
	}
	if newer(theirs, own) {
		return r.store(theirs, own), true // now two have it
	}
	// Only this replica is known to have it. Another one must, or a later get could miss it.
	_, ok = r.askPeers(http.MethodPut, own)
	return own, ok
}

// public is what clients see.
func (r *Replica) public(method, key string, body []byte) (int, any) {
	switch method {
	case http.MethodGet:
		entry, ok := r.get(key)
		return answer(entry, ok)
	case http.MethodPut:
		entry, ok := r.put(key, string(body))
		if ok {
			return http.StatusOK, map[string]string{"version": entry.Version}
		}
		return answer(entry, ok)
	}
	return http.StatusMethodNotAllowed, map[string]string{"error": "GET or PUT"}
}

// internal is what peers see.
func (r *Replica) internal(method, key string, body []byte) (int, any) {
	if method == http.MethodGet {
		return answer(r.read(key), true)
	}
	entry := Entry{}
	if err := json.Unmarshal(body, &entry); err != nil || entry.Version == "" {
		return http.StatusBadRequest, map[string]string{"error": "no entry"}
	}
	entry.Key = key
	return answer(r.store(entry, Entry{}), true)
}

func answer(entry Entry, ok bool) (int, any) {
	switch {
	case !ok:
		return http.StatusServiceUnavailable, map[string]string{"error": "no quorum"}
	case entry.Version == "":
		return http.StatusNotFound, map[string]string{"error": "nobody wrote this key"}
	}
	return http.StatusOK, entry
}

// serve makes a handler for the keys below a prefix.
func serve(prefix string, do func(method, key string, body []byte) (int, any)) {
	http.HandleFunc(prefix, func(w http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return // the client has gone
		}
		status, reply := do(request.Method, strings.TrimPrefix(request.URL.Path, prefix), body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(reply)
	})
}

// recover reads what earlier lives of this replica have stored.
func (r *Replica) recover() {
	stored, err := io.ReadAll(r.log)
	if err != nil {
		log.Fatal(err)
	}
	whole := bytes.LastIndexByte(stored, '\n') + 1 // a kill may have cut the last line
	for _, line := range bytes.Split(stored[:whole], []byte("\n")) {
		entry := Entry{}
		if json.Unmarshal(line, &entry) == nil {
			r.entries[entry.Key] = entry
		}
	}
	if err := r.log.Truncate(int64(whole)); err != nil {
		log.Fatal(err)
	}
}

// findPeers collects all pairs PEER_<NAME>_HOST and PEER_<NAME>_PORT.
func findPeers() (peers []string) {
	for _, variable := range os.Environ() {
		name, host, _ := strings.Cut(variable, "=")
		if strings.HasPrefix(name, "PEER_") && strings.HasSuffix(name, "_HOST") {
			port := os.Getenv(strings.TrimSuffix(name, "_HOST") + "_PORT")
			peers = append(peers, "http://"+host+":"+port)
		}
	}
	return peers
}

func main() {
	dir, err := os.Getwd()
	if err != nil {
		log.Fatal(err)
	}
	file, err := os.OpenFile("quorum-kv.jsonl", os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		log.Fatal(err)
	}
	r := &Replica{
		name:    filepath.Base(dir),
		peers:   findPeers(),
		client:  &http.Client{Timeout: 500 * time.Millisecond},
		entries: map[string]Entry{},
		log:     file,
	}
	r.recover()
	serve("/kv/", r.public)
	serve("/internal/", r.internal)
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
