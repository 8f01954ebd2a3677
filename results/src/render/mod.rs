//! How documents are shown: one file a format. Everything here is a pure function from a document
//! to text.

mod coverage;
mod json;
mod junit;
mod page;
mod style;
mod table;
mod text;
mod timeline;

pub use json::to_json;
pub use junit::{grade_as_junit, run_as_junit};
pub use page::history_page;
pub use quick_junit::SerializeError;
pub use style::Style;
pub use table::{grade_report, history_report, list, run_report};
pub use text::wrapped;
