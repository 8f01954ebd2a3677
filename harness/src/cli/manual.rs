//! `splitbrain completions` and `splitbrain man`.

use clap::CommandFactory;
use clap_complete::Shell;
use results::Exit;

use super::Failure;
use super::args::Cli;

pub(super) fn completions(shell: Shell) -> Result<Exit, Failure> {
    clap_complete::generate(
        shell,
        &mut Cli::command(),
        "splitbrain",
        &mut std::io::stdout(),
    );
    Ok(Exit::Valid)
}

/// The manual: the program's page, then a page for each command.
pub(super) fn man() -> Result<Exit, Failure> {
    let mut stdout = std::io::stdout().lock();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut stdout)?;
    for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
        clap_mangen::Man::new(sub.clone()).render(&mut stdout)?;
    }
    Ok(Exit::Valid)
}
