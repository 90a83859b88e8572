//! The program: parse the command line, run the command, turn its error into an exit code.

fn main() {}
