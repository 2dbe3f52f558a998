//! Prints the text form of a program: `dis FILE`, or `dis -c CODE`.
#![expect(clippy::print_stdout, reason = "a tool for people")]

use vm_compiler::{CompileOptions, Mode, compile, disassemble};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (source, name) = match arguments.as_slice() {
        [flag, code] if flag == "-c" => (code.clone(), "<string>".to_owned()),
        [file] => match std::fs::read_to_string(file) {
            Ok(source) => (source, file.clone()),
            Err(error) => {
                println!("{file}: {error}");
                return;
            }
        },
        _ => {
            println!("usage: dis FILE | dis -c CODE");
            return;
        }
    };
    match compile(&source, &name, Mode::Exec, &CompileOptions::default()) {
        Ok(unit) => println!("{}", disassemble(&unit)),
        Err(error) => println!("{error}\n{}", error.text.as_deref().unwrap_or_default()),
    }
}
