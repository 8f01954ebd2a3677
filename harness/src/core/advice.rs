//! What to say about a node that does not get ready or does not stay.

use super::Core;

/// What to do about a program that ended by itself, where its stderr has nothing to say.
pub(super) fn exit_hint(how: &str) -> Option<String> {
    let text = "The program came to its end without an error. It must go on reading lines until \
                its input ends.";
    (how == "exit code 0").then(|| text.to_owned())
}

impl Core<'_> {
    /// That a node did not answer `init` in time, and what to do about it.
    pub(super) fn no_init_ok(&self, node: usize) -> (String, String) {
        let id = &self.nodes[node].id;
        let limit_s = self.plan.options.init_timeout as f64 / 1000.0;
        let what = format!("{id} did not answer init within {limit_s} s");
        match &self.nodes[node].said {
            Some(line) => (
                format!("{what}, but wrote {line}."),
                self.init_ok_hint(node),
            ),
            None => (format!("{what}."), self.flush_hint()),
        }
    }

    /// For a node that is silent.
    fn flush_hint(&self) -> String {
        let flush = self
            .surroundings
            .flush_hint
            .unwrap_or("flush stdout after each line, or turn its buffering off");
        format!(
            "The usual cause is output that stays in a buffer: {flush}. Otherwise the answer \
             lacks its newline, or the program needs longer to start (--init-timeout MS), waits \
             for the end of its input, or does not handle init."
        )
    }

    /// For a node that says something else: what the answer looks like.
    fn init_ok_hint(&self, node: usize) -> String {
        let id = &self.nodes[node].id;
        let incarnation = self.nodes[node].incarnation;
        let msg_id = self.admin.only_pending(node, incarnation).unwrap_or(1);
        format!(
            "The answer goes to the src of init and has its msg_id as in_reply_to: \
             `{{\"src\": \"{id}\", \"dest\": \"c0\", \"body\": {{\"type\": \"init_ok\", \
             \"in_reply_to\": {msg_id}}}}}`."
        )
    }
}
