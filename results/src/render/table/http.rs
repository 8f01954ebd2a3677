//! Requests and responses in a line.

use serde_json::Value;

/// A message's body as it is shown: HTTP as people write it, all else as it is.
pub(super) fn shown(body: &str) -> String {
    let Ok(message) = serde_json::from_str::<Value>(body) else {
        return body.to_owned();
    };
    let text = |key: &str| message.get(key).and_then(Value::as_str);
    let content = text("body").unwrap_or_default().trim_end();
    let head = match (text("type"), text("method"), message.get("status")) {
        (Some("request"), Some(method), _) => {
            format!("{method} {}", text("path").unwrap_or_default())
        }
        (Some("response"), _, Some(status)) => status.to_string(),
        _ => return body.to_owned(),
    };
    match content {
        "" => head,
        content => format!("{head} {content}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_is_shown_as_people_write_it() {
        let request = r#"{"body":"a-1","bytes":3,"method":"PUT","path":"/kv/k0","type":"request"}"#;
        assert_eq!(shown(request), "PUT /kv/k0 a-1");
        let response =
            r#"{"body":"{\"version\":\"1\"}\n","bytes":15,"status":200,"type":"response"}"#;
        assert_eq!(shown(response), r#"200 {"version":"1"}"#);
        for other in [
            r#"{"type":"connection"}"#,
            r#"{"type":"add","delta":1}"#,
            "{\"cut...",
        ] {
            assert_eq!(shown(other), other);
        }
    }
}
