//! Operations as HTTP: how they are asked, and where in an answer things stand.

use super::clients::Op;

/// How a store is written and read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping {
    /// Writes.
    pub write: WriteMapping,
    /// Reads.
    pub read: ReadMapping,
}

/// A write as HTTP. In path and body, `{key}` and `{value}` stand for what is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteMapping {
    /// The method.
    pub method: String,
    /// The path, with its slash.
    pub path: String,
    /// The body.
    pub body: String,
    /// Where the version of what was written stands in the answer.
    pub version: Option<Place>,
}

/// A read as HTTP. In path and body, `{key}` stands for what is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadMapping {
    /// The method.
    pub method: String,
    /// The path, with its slash.
    pub path: String,
    /// The body; none if it is empty.
    pub body: String,
    /// Where the value stands in the answer.
    pub value: Place,
    /// Where its version stands.
    pub version: Option<Place>,
    /// The status that says that nobody has written the key.
    pub missing_status: u16,
}

/// Where something stands in an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It is the whole body, as text, without white space at its ends.
    Body,
    /// The header of this name.
    Header(String),
    /// In the JSON of the body, by a JSON Pointer (RFC 6901).
    Pointer(String),
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// What the body is, if there is one.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: String,
}

impl Default for WriteMapping {
    fn default() -> Self {
        Self {
            method: "PUT".to_owned(),
            path: "/kv/{key}".to_owned(),
            body: "{value}".to_owned(),
            version: Some(Place::Pointer("/version".to_owned())),
        }
    }
}

impl Default for ReadMapping {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            path: "/kv/{key}".to_owned(),
            body: String::new(),
            value: Place::Pointer("/value".to_owned()),
            version: Some(Place::Pointer("/version".to_owned())),
            missing_status: 404,
        }
    }
}

impl Mapping {
    /// An operation as a request. Keys and values are letters, digits and hyphens: they need no
    /// escapes in paths, nor in JSON.
    #[must_use]
    pub fn request(&self, op: &Op) -> HttpRequest {
        let (method, path, body) = match op.value {
            Some(_) => (&self.write.method, &self.write.path, &self.write.body),
            None => (&self.read.method, &self.read.path, &self.read.body),
        };
        let value = op.value.as_deref().unwrap_or_default();
        let filled = |text: &str| text.replace("{key}", &op.key).replace("{value}", value);
        let body = filled(body);
        let content_type = match body.trim_start().chars().next() {
            None => None,
            Some('{' | '[' | '"') => Some("application/json"),
            Some(_) => Some("text/plain; charset=utf-8"),
        };
        HttpRequest {
            method: method.clone(),
            path: filled(path),
            content_type,
            body,
        }
    }
}

impl Place {
    /// How it is written.
    #[must_use]
    pub fn word(&self) -> String {
        match self {
            Self::Body => "body".to_owned(),
            Self::Header(name) => format!("header:{name}"),
            Self::Pointer(pointer) => pointer.clone(),
        }
    }
}

/// Reads a place as it is written.
///
/// # Errors
/// What may be written instead.
impl std::str::FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("header:").map(str::trim) {
            _ if text == "body" => Ok(Self::Body),
            Some(name) if !name.is_empty() => Ok(Self::Header(name.to_owned())),
            None if text.is_empty() || text.starts_with('/') => Ok(Self::Pointer(text.to_owned())),
            _ => Err(format!(
                "`{text}` is no place in an answer: write \"/value\" for a field of its JSON, \
                 \"body\" for all of it, or \"header:NAME\""
            )),
        }
    }
}
