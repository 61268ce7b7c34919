//! What does a person at a terminal see while the work takes long?

use super::{Fault, Place, expect_equal};
use crate::folder;
use crate::program::Program;

/// Runs uplint with a terminal for its standard error and a compiler that waits until it is told to end, which is when
/// the terminal shows what it does. Prints what the terminal got and ends as uplint did.
const SCRIPT: &str = "import os, pty, signal, subprocess, sys\n\
    signal.alarm(300)\n\
    pipe, shown, command = sys.argv[1], sys.argv[2].encode(), sys.argv[3:]\n\
    os.mkfifo(pipe)\n\
    master, slave = pty.openpty()\n\
    run = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=slave)\n\
    os.close(slave)\n\
    seen = b''\n\
    while shown not in seen:\n    \
        seen += os.read(master, 4096)\n\
    with open(pipe, 'w') as told:\n    \
        told.write('end\\n')\n\
    try:\n    \
        while more := os.read(master, 4096):\n        \
            seen += more\n\
    except OSError:\n    \
        pass\n\
    sys.stdout.buffer.write(seen)\n\
    sys.stdout.flush()\n\
    sys.exit(run.wait())\n";

/// What a terminal takes as the order to empty its line.
const EMPTY_LINE: &str = "\u{1b}[2K";

pub(super) fn long_work_is_told_and_the_line_goes_when_it_is_done(place: &Place) -> Result<(), Fault> {
    const SHOWN: &str = "compiling with solc 0.8.28";
    let made = place.work.join("terminal");
    folder::remove(&made)?;
    let (pipe, solc, source) = (made.join("pipe"), made.join("solc"), made.join("project/Vault.sol"));
    let waiting = format!(
        "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'Version: 0.8.28'; else read told < '{}'; exit 1; fi\n",
        pipe.display()
    );
    folder::write(&solc, &waiting)?;
    Program::new("chmod").arg("u+x").arg(&solc).output()?;
    folder::write(&source, "pragma solidity 0.8.28;\ncontract Vault {}\n")?;
    let program = Program::new("python3").args(["-c", SCRIPT]).arg(&pipe).arg(SHOWN).arg(&place.uplint);
    // What is tested lies below the repository, and so does the compiler.
    let program = program.args(["check", "--allow-project-compiler", "--cache-dir"]).arg(made.join("cache"));
    let program = program.arg("--solc").arg(&solc).arg(&source).env("TERM", "xterm");
    let ended = program.run()?;
    let seen = String::from_utf8_lossy(&ended.stdout).into_owned();
    expect_equal("the exit code", &ended.code, &Some(2))?;
    let behind = seen.rsplit_once(SHOWN).map(|(_, behind)| behind).unwrap_or_default();
    let cleared = behind.find(EMPTY_LINE);
    let told = behind.find("uplint::compiler::failed");
    if cleared.is_some() && cleared < told {
        return Ok(());
    }
    Err(Fault::Wrong(format!("the line was not emptied before the error:\n{seen:?}\n{}", ended.stderr)))
}
