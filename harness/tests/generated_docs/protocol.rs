//! The page about the wire protocol, and tables for pages written by hand.

use protocol::ERRORS;
use results::Exit;
use workloads::problem::{Judge, Problem, ProblemDef};

use super::markdown::{NOTICE, block, code, paragraph, table};

pub(crate) fn page() -> String {
    let sections = [
        format!("# The wire protocol\n\n{NOTICE}\n{}", envelope()),
        format!("## Bodies\n\n{}", bodies()),
        format!("## Errors\n\n{}", errors()),
        format!("## What can go wrong on the wire\n\n{}", problems()),
    ];
    sections.join("\n")
}

fn envelope() -> String {
    let intro = paragraph(
        "A node reads messages from stdin and writes messages to stdout, one JSON object a line, \
         in UTF-8. It is the protocol of Maelstrom, so nodes and client libraries written for \
         that work here. Logs belong on stderr.",
    );
    let example = block(
        "json",
        "{\"id\":7,\"src\":\"c1\",\"dest\":\"n0\",\"body\":{\"type\":\"echo\",\"msg_id\":1,\"echo\":\"hi\"}}",
    );
    let fields = table(
        &["field", "what it is"],
        [
            [
                "`src`",
                "Who sends it: a node (`n0`, `n1`, ...) or a client (`c0`, `c1`, ...).",
            ],
            ["`dest`", "Who shall get it."],
            [
                "`body`",
                "An object. Between nodes it may hold anything and passes unchanged.",
            ],
            [
                "`id`",
                "The harness's number of the message, for people. Nodes need not write it.",
            ],
        ]
        .map(|row| row.map(str::to_owned).to_vec()),
    );
    format!("{intro}\n{example}\n{fields}")
}

fn bodies() -> String {
    let fields = table(
        &["field", "what it is"],
        [
            [
                "`type`",
                "What the message is. The answer to `x` is of type `x_ok`, or `error`.",
            ],
            ["`msg_id`", "The sender's number of a request."],
            [
                "`in_reply_to`",
                "In an answer: the `msg_id` of the request.",
            ],
        ]
        .map(|row| row.map(str::to_owned).to_vec()),
    );
    let init = paragraph(
        "The first message that a node gets, also after every restart, is `init`. Nothing else is \
         delivered from clients or other nodes before every node has answered it.",
    );
    let example = block(
        "json",
        "{\"type\":\"init\",\"msg_id\":1,\"node_id\":\"n0\",\"node_ids\":[\"n0\",\"n1\",\"n2\"]}\n\
         {\"type\":\"init_ok\",\"in_reply_to\":1}",
    );
    format!("{fields}\n{init}\n{example}")
}

fn errors() -> String {
    let intro = paragraph(
        "A node that cannot do what it was asked answers with an error. A definite one says that \
         nothing happened; after any other the operation may have happened, or may happen later.",
    );
    let example = block(
        "json",
        "{\"type\":\"error\",\"in_reply_to\":5,\"code\":20,\"text\":\"there is no key x\"}",
    );
    let rows = ERRORS.iter().map(|error| {
        let definite = if error.definite { "yes" } else { "no" };
        vec![
            error.code.to_string(),
            code(error.name),
            definite.to_owned(),
            error.doc.to_owned(),
        ]
    });
    let rows = table(&["code", "name", "definite", "when"], rows);
    format!("{intro}\n{example}\n{rows}")
}

fn problems() -> String {
    let intro = paragraph(
        "Nothing of this ends a run or mutes a node. Each is recorded with the line quoted, and \
         judged by the check named here; a note makes nobody's verdict worse.",
    );
    let rows = all_problems().map(|problem| {
        let judge = match problem.judge {
            Judge::Protocol => "protocol",
            Judge::Crash => "crash",
            Judge::Progress => "progress",
            Judge::Note => "(note)",
        };
        vec![code(problem.name), judge.to_owned(), problem.doc.to_owned()]
    });
    format!(
        "{intro}\n{}",
        table(&["problem", "check", "what it means"], rows)
    )
}

fn all_problems() -> impl Iterator<Item = &'static ProblemDef> {
    Problem::ALL.iter().map(|problem| problem.def())
}

/// What students do wrong and what to do about it.
pub(crate) fn mistakes() -> String {
    let with_hint = all_problems().filter(|problem| !problem.hint.is_empty());
    let rows = with_hint.map(|problem| {
        vec![
            code(problem.name),
            problem.doc.to_owned(),
            problem.hint.to_owned(),
        ]
    });
    table(&["problem", "what was seen", "what to do"], rows)
}

pub(crate) fn exit_codes() -> String {
    let row = |exit: &Exit| vec![exit.code().to_string(), exit.meaning().to_owned()];
    table(&["code", "meaning"], Exit::ALL.iter().map(row))
}
