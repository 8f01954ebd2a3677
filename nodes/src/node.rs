//! The trait that every node implements, and how a handler says that something went wrong.

use crate::{Context, Message};

/// A node as a state machine.
///
/// Everything it does to the world goes through the [`Context`]; what it appends to storage is
/// durable before anything that it sends in the same step is visible to anybody.
pub trait Node {
    /// Takes back one record that an earlier life of this node appended to storage. Called for
    /// each of them, in order, before anything else.
    fn recover(&mut self, _record: &str) {}

    /// Called once, after `init`: node ids are known now.
    fn start(&mut self, _ctx: &mut Context) {}

    /// Handles a request of a client. A [`Failure`] becomes the error reply.
    ///
    /// # Errors
    /// Whatever the client shall be told.
    fn handle(&mut self, ctx: &mut Context, message: &Message) -> Handled;

    /// Handles a message of another node, unless it answers a call. Messages that make no sense
    /// are to be ignored; a [`Failure`] is logged.
    ///
    /// # Errors
    /// Whatever shall be logged.
    fn peer(&mut self, _ctx: &mut Context, _message: &Message) -> Handled {
        Ok(())
    }

    /// A peer answered the call with this id (see [`Context::call`]).
    fn answered(&mut self, _ctx: &mut Context, _call: u64, _reply: &Message) {}

    /// The timer of this name ran out (see [`Context::set_timer`]).
    fn timer(&mut self, _ctx: &mut Context, _name: &'static str) {}
}

/// What a handler returns.
pub type Handled = Result<(), Failure>;

/// An error reply in the making.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of the codes in [`protocol::ERRORS`].
    pub code: i64,
    /// What a person should read.
    pub text: String,
}

impl Failure {
    /// Code 10: the node does not implement this request.
    #[must_use]
    pub fn not_supported(kind: &str) -> Self {
        Self::new(10, format!("Requests of type {kind:?} are not supported"))
    }

    /// Code 12: the request could not be understood.
    #[must_use]
    pub fn malformed(why: &str) -> Self {
        Self::new(12, format!("Malformed request: {why}"))
    }

    /// Code 14: the node gave up and made sure that nothing happened.
    #[must_use]
    pub fn abort(why: &str) -> Self {
        Self::new(14, why.to_owned())
    }

    /// Code 20: the request needs a key that is not there.
    #[must_use]
    pub fn no_such_key() -> Self {
        Self::new(20, "Key not found".to_owned())
    }

    fn new(code: i64, text: String) -> Self {
        Self { code, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_registry() {
        let name = |f: Failure| protocol::error_by_code(f.code).map(|e| e.name);
        assert_eq!(name(Failure::not_supported("x")), Some("not-supported"));
        assert_eq!(name(Failure::malformed("x")), Some("malformed-request"));
        assert_eq!(name(Failure::abort("x")), Some("abort"));
        assert_eq!(name(Failure::no_such_key()), Some("key-does-not-exist"));
    }
}
