//! What can be found wrong with clusters of programs.

use super::AnomalyDef;

/// All anomalies of scenarios, by subject.
pub const OF_CLUSTERS: &[AnomalyDef] = &[
    AnomalyDef {
        name: "no-program",
        meaning: "The directory of a program is not there. It is looked for below --dir, under the \
                  name that the scenario gives.",
        example: "\
splitbrain cluster quorum-kv --dir work
work/peer0  work/peer1  work/client      <- there is no work/peer2",
    },
    AnomalyDef {
        name: "build-failed",
        meaning: "The command that builds a program failed. Its last output is quoted; all of it \
                  is in the run directory, in nodes/NAME.build.stderr.log.",
        example: "\
go build -o /dev/null .
./main.go:10:2: \"strconv\" imported and not used    <- Go does not compile that",
    },
    AnomalyDef {
        name: "never-ready",
        meaning: "A program ended, or did not accept connections in its time. The usual causes are \
                  a fixed port instead of the one in PORT, waiting for peers before listening, \
                  and an error at the start, which stands in its output.",
        example: "\
PORT=12345 go run .
http.ListenAndServe(\":8080\", nil)      <- nobody listens on 12345",
    },
    AnomalyDef {
        name: "exited-early",
        meaning: "A program that others need ended by itself while they ran. The usual cause is a \
                  panic, or log.Fatal, when a peer does not answer.",
        example: "\
(the link from peer0 to peer2 is cut)
peer0: log.Fatal(err)      <- a peer that is out of reach is no reason to end",
    },
    AnomalyDef {
        name: "timed-out",
        meaning: "A program in the foreground did not end in its time. The usual cause is a request \
                  without a timeout to a peer that does not answer.",
        example: "\
(the link from peer2 to peer0 is a black hole)
client -> peer2  GET k1    peer2 waits for peer0 for ever   <- and the client for it",
    },
    AnomalyDef {
        name: "no-file",
        meaning: "A file that a program should have written is not there. Programs work in their \
                  own directories; a file is looked for below --dir, in the copy of this run.",
        example: "\
the scenario asks for client/result.txt
the client wrote /tmp/result.txt      <- it has to be in its working directory",
    },
    AnomalyDef {
        name: "wrong-file",
        meaning: "A file does not hold what it should. White space at the ends of lines does not \
                  count. What the programs sent each other is in the journal of the run.",
        example: "\
expected  k1=alpha, k2=beta
found     k1=alpha, k2=      <- peer2 answered from itself alone and has no k2",
    },
    AnomalyDef {
        name: "wrong-exit",
        meaning: "A program did not end with the exit code that the scenario demands.",
        example: "\
client: exit status 1      <- expected 0
its last words are in nodes/client.stderr.log",
    },
    AnomalyDef {
        name: "wrong-answer",
        meaning: "A program answered a GET with another status or body than the scenario demands, \
                  or not at all. It was asked directly, without faults.",
        example: "\
GET /kv/k1 of peer2
404 not found      <- expected 200",
    },
    AnomalyDef {
        name: "never-acknowledged",
        meaning: "Clients wrote and read over HTTP, and no write was acknowledged, or no read \
                  found a value: nothing was tested. The usual cause is another path, method or \
                  body than the scenario has; what your program expects is said in \
                  [workload.write] and [workload.read].",
        example: "\
c0 -> peer0  PUT /kv/k1 \"c0-1\"
peer0 -> c0  404 page not found      <- the program listens to /store/k1",
    },
    AnomalyDef {
        name: "version-tie",
        meaning: "Two values of a key have the same version, so replicas cannot tell which one is \
                  newer, and may keep different ones. The usual cause is a version that only \
                  counts: two coordinators that write at the same time take the same number. Add \
                  the coordinator's name to the number, and compare it where numbers are equal. \
                  Where ties are broken by something that answers do not show, say version = \
                  \"none\".",
        example: "\
c0 -> peer0  PUT /kv/k1 \"a\"    peer0 -> c0  version 1
c1 -> peer1  PUT /kv/k1 \"b\"    peer1 -> c1  version 1      <- the same as that of \"a\"",
    },
];
