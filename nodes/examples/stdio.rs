//! Runs a node on stdin and stdout: `cargo run -p nodes --example stdio -- NAME [BUG]`.

fn main() -> Result<(), nodes::StdioError> {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "echo".to_owned());
    nodes::run_stdio(&name, arguments.next().as_deref())
}
