//! Prints the opcode table as Markdown: `cargo run -p vm-compiler --example opcodes > docs/opcodes.md`.
#![expect(clippy::print_stdout, reason = "a tool for people")]

fn main() {
    print!("{}", vm_compiler::opcode_page());
}
