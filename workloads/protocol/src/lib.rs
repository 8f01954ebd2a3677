//! The wire format between Splitbrain and the programs it tests.
//!
//! Every line on a node's stdin or stdout is one JSON object, the [`Envelope`]:
//!
//! ```json
//! {"src":"c1","dest":"n0","body":{"type":"echo","msg_id":1,"echo":"hello"}}
//! ```
//!
//! The envelope is parsed once; the body is carried as raw text, so that what nodes say to each
//! other arrives byte for byte as it was sent. Only bodies that reach a client are opened, as
//! [`Reply`].
//!
//! - [`Envelope`]: one line, borrowed, its body raw.
//! - [`BodyHead`]: the three fields that every body may have.
//! - [`Request`] and [`Reply`]: what clients send and receive.
//! - [`ERRORS`]: the registry of error codes and whether each is definite.
//! - [`number`]: numbers compared by value however large they are.

mod body;
mod envelope;
mod error;
pub mod number;

pub use body::{Body, BodyHead, Reply, Request, init_request};
pub use envelope::{Envelope, EnvelopeError};
pub use error::{ERRORS, ErrorDef, error_by_code};
pub use serde_json::value::RawValue;
