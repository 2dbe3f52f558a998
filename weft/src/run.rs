//! From a command line to an exit code.

use std::{ffi::OsString, io::Read, path::Path};

use vm_compiler::{CompileOptions, Mode};
use vm_python::{
    PyResult, Vm,
    modules::{imp::RunModuleError, sys::VERSION_TEXT},
    signals,
};

use crate::{
    cli::{self, Options, Program},
    exit::{self, Outcome},
};

/// Runs the command; the exit code.
#[must_use]
pub fn command(args: &[OsString]) -> i32 {
    let program = args.first().map_or_else(|| "weft".to_owned(), |a| a.to_string_lossy().into_owned());
    let env = |name: &str| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned());
    let mut options = match cli::parse(args, &env) {
        Ok(o) => o,
        Err(r) => return complain(&r.message, r.code),
    };
    match &options.program {
        Program::Help => return say(&cli::help(&program)),
        Program::Version { full } => {
            let text = if *full { format!("Python {VERSION_TEXT}\n") } else { "Python 3.14.0\n".to_owned() };
            return say(&text);
        }
        _ => {}
    }
    options.config.orig_argv = args.iter().map(|a| a.to_string_lossy().into_owned()).collect();
    options.config.executable =
        std::env::current_exe().map_or_else(|_| program.clone(), |p| p.to_string_lossy().into_owned());
    let source = match prepare(&mut options, &program) {
        Ok(s) => s,
        Err((message, code)) => return complain(&message, code),
    };
    if options.dis {
        return disassemble(&options, source);
    }
    if let Err(e) = signals::block_in_this_thread() {
        return complain(&format!("{program}: cannot set up signals: {e}"), 1);
    }
    let vm = match Vm::boot(options.config.clone(), vm_modules::register) {
        Ok(vm) => vm,
        Err(e) => return complain(&format!("Fatal Python error: {e}"), 1),
    };
    crate::panic::install(vm.interp(), args);
    if let Err(e) = signals::start_helper(vm.interp()) {
        return complain(&format!("{program}: cannot start the signal thread: {e}"), 1);
    }
    let outcome = run(&vm, &options, source, &program);
    exit::finalize(&vm, outcome, options.stats.as_deref(), options.contention.as_deref())
}

/// Source bytes and the name that tracebacks give them.
struct Source {
    bytes: Vec<u8>,
    filename: String,
    /// `__file__`
    file: Option<String>,
}

#[expect(clippy::print_stderr, reason = "no VM exists yet, so there is no sys.stderr")]
fn complain(message: &str, code: i32) -> i32 {
    eprintln!("{message}");
    code
}

#[expect(clippy::print_stdout, reason = "no VM exists yet, so there is no sys.stdout")]
fn say(text: &str) -> i32 {
    print!("{text}");
    0
}

fn absolute(p: &str) -> String {
    std::path::absolute(p).map_or_else(|_| p.to_owned(), |a| a.to_string_lossy().into_owned())
}

fn io_text(e: &std::io::Error) -> String {
    match e.raw_os_error() {
        Some(n) => format!("[Errno {n}] {}", vm_python::builtins::exception::error_text(n)),
        None => e.to_string(),
    }
}

/// Reads the program and completes `argv` and `path`. An error is a message and an exit code.
fn prepare(o: &mut Options, program: &str) -> Result<Source, (String, i32)> {
    let mut argv0 = String::new();
    let mut first = Some(String::new());
    let source = match &o.program {
        Program::Code(code) => {
            argv0.push_str("-c");
            let mut bytes = code.clone().into_bytes();
            bytes.push(b'\n');
            Source { bytes, filename: "<string>".into(), file: None }
        }
        Program::Module(_) => {
            argv0.push_str("-m");
            first = std::env::current_dir().ok().map(|d| d.to_string_lossy().into_owned());
            Source { bytes: Vec::new(), filename: String::new(), file: None }
        }
        Program::File(name) => {
            argv0.clone_from(name);
            let full = absolute(name);
            let mut file = full.clone();
            let path = Path::new(&full);
            if path.is_dir() {
                let main = path.join("__main__.py");
                if !main.is_file() {
                    return Err((format!("{program}: can't find '__main__' module in '{full}'"), 1));
                }
                file = main.to_string_lossy().into_owned();
                first = Some(full);
            } else {
                let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
                first = real.parent().map(|p| p.to_string_lossy().into_owned());
            }
            let bytes = std::fs::read(&file)
                .map_err(|e| (format!("{program}: can't open file '{file}': {}", io_text(&e)), 2))?;
            Source { bytes, filename: file.clone(), file: Some(file) }
        }
        Program::Stdin | Program::Help | Program::Version { .. } => {
            if o.program == Program::Stdin {
                argv0.push_str(if o.config.orig_argv.iter().any(|a| a == "-") { "-" } else { "" });
            }
            let mut bytes = Vec::new();
            std::io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|e| (format!("{program}: <stdin>: {}", io_text(&e)), 1))?;
            Source { bytes, filename: "<stdin>".into(), file: None }
        }
    };
    let mut argv = vec![argv0];
    argv.append(&mut o.args.clone());
    o.config.argv = argv;
    if let Some(p) = first.filter(|_| !o.config.safe_path && !o.config.isolated) {
        o.config.path.insert(0, p);
    }
    let mut source = source;
    if o.skip_first_line {
        // The line goes, its number stays.
        let end = source.bytes.iter().position(|&b| b == b'\n').unwrap_or(source.bytes.len());
        source.bytes.drain(..end);
    }
    Ok(source)
}

fn run(vm: &Vm, o: &Options, source: Source, program: &str) -> Outcome {
    if let Program::Module(name) = &o.program {
        return match vm.run_module_as_main(name) {
            Ok(_) => exit::outcome(vm, Ok(())),
            Err(RunModuleError::Raised(e)) => exit::outcome(vm, Err(e)),
            Err(RunModuleError::NotFound(text)) => {
                vm.write_stderr(&format!("{program}: {text}\n"));
                Outcome::Code(1)
            }
        };
    }
    let r = run_source(vm, source);
    exit::outcome(vm, r)
}

fn run_source(vm: &Vm, source: Source) -> PyResult<()> {
    let text = vm.decode_source(&source.bytes, &source.filename)?;
    drop(source.bytes);
    // CPython shows no lines of a program that came through standard input.
    if source.file.is_none() && source.filename != "<stdin>" {
        vm.interp().imports.sources.add(&source.filename, &text);
    }
    let globals = vm.main_namespace(source.file.as_deref(), "")?;
    vm.exec_source(&text, &source.filename, globals)?;
    Ok(())
}

/// `-X dis`
fn disassemble(o: &Options, source: Source) -> i32 {
    let text = match vm_python::modules::source_text::decode(&source.bytes) {
        Ok(t) => t,
        Err(bad) => return complain(&format!("SyntaxError: {}", bad.message(&source.filename)), 1),
    };
    let options = CompileOptions { optimize: o.config.optimize, ..CompileOptions::default() };
    match vm_compiler::compile(&text, &source.filename, Mode::Exec, &options) {
        Ok(unit) => say(&vm_compiler::disassemble(&unit)),
        Err(e) => complain(
            &format!("  File \"{}\", line {}\n{}: {}", source.filename, e.line, e.kind.name(), e.message),
            1,
        ),
    }
}
