//! Pages for a browser: one file each, with nothing from elsewhere.

mod history;

pub use history::history_page;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use checker::Verdict;

/// How all pages look.
const STYLE: &str = include_str!("page.css");

/// A page around a body.
fn page(title: &str, body: &Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    };
    page.into_string()
}

/// A verdict as a coloured word.
fn badge(verdict: Verdict) -> Markup {
    html! { span class={ "badge " (verdict.word()) } { (verdict.word()) } }
}
