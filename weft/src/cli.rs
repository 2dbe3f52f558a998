//! The command line: CPython's options, and ours under `-X`.

use std::ffi::OsString;

use lexopt::{Arg, Parser};
use vm_python::{Config, contention::Watch};

/// What to run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Program {
    /// `weft FILE`, or a directory with `__main__.py`.
    File(String),
    /// `-c CODE`
    Code(String),
    /// `-m MODULE`
    Module(String),
    /// `-`, or nothing at all.
    Stdin,
    /// `-V`, or `-VV` with more detail.
    Version {
        /// Twice given.
        full: bool,
    },
    /// `-h`
    Help,
}

/// The command line, understood.
#[derive(Clone, Debug)]
pub struct Options {
    /// What to run.
    pub program: Program,
    /// For the VM. `argv` and the program's own directory are not yet in it.
    pub config: Config,
    /// `sys.argv[1..]`
    pub args: Vec<String>,
    /// `-X stats=FILE`
    pub stats: Option<String>,
    /// `-X contention[=FILE]`; empty for standard error.
    pub contention: Option<String>,
    /// `-X dis`: print the bytecode in place of running it.
    pub dis: bool,
    /// `-x`: skip the first line of the file.
    pub skip_first_line: bool,
}

/// A command line that cannot be run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// What to print on standard error, without the line end.
    pub message: String,
    /// Exit code.
    pub code: i32,
}

impl Refused {
    fn usage(program: &str, what: &str) -> Refused {
        Refused {
            message: format!("{what}\n{}\nTry `{program} -h' for more information.", usage_line(program)),
            code: 2,
        }
    }
    fn fatal(what: impl Into<String>) -> Refused {
        Refused { message: format!("Fatal Python error: {}", what.into()), code: 1 }
    }
}

fn usage_line(program: &str) -> String {
    format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...")
}

/// The text of `-h`.
#[must_use]
pub fn help(program: &str) -> String {
    format!(
        "{}
Options (and corresponding environment variables):
-b     : issue warnings about comparing bytes with str (accepted)
-B     : don't write .pyc files: Weft never does
-c cmd : program passed in as string (terminates option list)
-d     : accepted
-E     : ignore PYTHON* environment variables (such as PYTHONPATH)
-h     : print this help message and exit (also -? or --help)
-i     : accepted; there is no interactive mode yet
-I     : isolate from the user's environment (implies -E, -P and -s)
-m mod : run library module as a script (terminates option list)
-O     : remove assert statements and code conditional on __debug__
-OO    : do -O changes and also discard docstrings
-P     : don't prepend a potentially unsafe path to sys.path; also PYTHONSAFEPATH
-q, -s, -S, -W arg : accepted
-u     : unbuffered output; also PYTHONUNBUFFERED=x
-v     : accepted
-V     : print the version and exit (also --version); -VV for more
-x     : skip first line of source, allowing use of non-Unix forms of #!cmd
-X opt : set implementation-specific option:
         contention[=FILE]      report at the end which objects and lines threads met at
         dis                    print the bytecode of the program in place of running it
         faults=SEED[,alloc]    make rare events frequent; with alloc, memory fails at times
         gc=stress:N|poison|verify|plain   collect every N allocations | overwrite dead cells | check the heap
                                | the thread that collects does it at once and alone
         heap-limit=SIZE        most memory in use, as in 512M; more is a MemoryError
         importtime             show how long each import takes
         jit=0|1                accepted: this build has no second tier; also PYTHON_JIT
         int_max_str_digits=N   limit of int <-> str conversions
         stats=FILE             write counters of the VM as JSON at the end
         tlbc=0|1               bytecode copies per thread, and specialization; also PYTHON_TLBC
--stdlib dir : the pure-Python standard library to use; also WEFT_STDLIB
file   : program read from script file, or a directory with __main__.py
-      : program read from stdin
arg ...: arguments passed to program in sys.argv[1:]
",
        usage_line(program)
    )
}

fn text(s: OsString) -> String {
    s.to_string_lossy().into_owned()
}

/// Understands a command line. `env` looks up an environment variable.
///
/// # Errors
/// [`Refused`] says what to print and the exit code.
pub fn parse(args: &[OsString], env: &dyn Fn(&str) -> Option<String>) -> Result<Options, Refused> {
    let program_name = args.first().map_or_else(|| "weft".to_owned(), |a| a.to_string_lossy().into_owned());
    let usage = |what: String| Refused::usage(&program_name, &what);
    let mut config = Config::default();
    let mut parser = Parser::from_iter(args.to_vec());
    let mut program = None;
    let mut rest = Vec::new();
    let mut versions = 0;
    let mut x_options: Vec<String> = Vec::new();
    let mut skip_first_line = false;
    let mut stdlib = None;
    loop {
        let arg = parser.next().map_err(|e| usage(e.to_string()))?;
        let Some(arg) = arg else { break };
        let option = match &arg {
            Arg::Short(c) => format!("-{c}"),
            Arg::Long(l) => format!("--{l}"),
            Arg::Value(_) => String::new(),
        };
        let value = |parser: &mut Parser| {
            parser.value().map(text).map_err(|_| usage(format!("Argument expected for the {option} option")))
        };
        match arg {
            Arg::Value(v) => {
                let v = text(v);
                program = Some(if v == "-" { Program::Stdin } else { Program::File(v) });
            }
            Arg::Short('c') => program = Some(Program::Code(value(&mut parser)?)),
            Arg::Short('m') => program = Some(Program::Module(value(&mut parser)?)),
            Arg::Short('X') => x_options.push(value(&mut parser)?),
            Arg::Short('W') => config.warn_options.push(value(&mut parser)?),
            Arg::Long("stdlib") => stdlib = Some(value(&mut parser)?),
            Arg::Long("check-hash-based-pycs") => drop(value(&mut parser)?),
            Arg::Short('V') | Arg::Long("version") => versions += 1,
            Arg::Short('h' | '?') | Arg::Long("help" | "help-all" | "help-env" | "help-xoptions") => {
                program = Some(Program::Help);
                break;
            }
            Arg::Short('b') => config.bytes_warning = config.bytes_warning.saturating_add(1),
            Arg::Short('B') => config.dont_write_bytecode = true,
            Arg::Short('d' | 'R') => {}
            Arg::Short('E') => config.ignore_environment = true,
            Arg::Short('i') => config.inspect = true,
            Arg::Short('I') => config.isolated = true,
            Arg::Short('O') => config.optimize = config.optimize.saturating_add(1).min(2),
            Arg::Short('P') => config.safe_path = true,
            Arg::Short('q') => config.quiet = true,
            Arg::Short('s') => config.no_user_site = true,
            Arg::Short('S') => config.no_site = true,
            Arg::Short('u') => config.unbuffered = true,
            Arg::Short('v') => config.verbose = config.verbose.saturating_add(1),
            Arg::Short('x') => skip_first_line = true,
            Arg::Short(_) => return Err(usage(format!("Unknown option: {option}"))),
            Arg::Long(_) => return Err(usage(format!("unknown option {option}"))),
        }
        if program.is_some() {
            // What follows belongs to the program.
            let raw = parser.raw_args().map_err(|e| usage(e.to_string()))?;
            rest = raw.map(text).collect();
            break;
        }
    }
    if versions > 0 && program != Some(Program::Help) {
        program = Some(Program::Version { full: versions > 1 });
    }
    let mut options = Options {
        program: program.unwrap_or(Program::Stdin),
        config,
        args: rest,
        stats: None,
        contention: None,
        dis: false,
        skip_first_line,
    };
    let use_env = !options.config.ignore_environment && !options.config.isolated;
    let get = |name: &str| if use_env { env(name).filter(|v| !v.is_empty()) } else { None };
    read_environment(&mut options.config, &get)?;
    for x in &x_options {
        x_option(&mut options, x)?;
    }
    options.config.stdlib = stdlib.or_else(|| env("WEFT_STDLIB").filter(|v| !v.is_empty()));
    Ok(options)
}

fn read_environment(c: &mut Config, get: &dyn Fn(&str) -> Option<String>) -> Result<(), Refused> {
    if let Some(p) = get("PYTHONPATH") {
        c.path.extend(p.split(':').map(str::to_owned));
    }
    match get("PYTHONHASHSEED").as_deref() {
        None | Some("random") => {}
        Some(s) => match s.parse::<u32>() {
            Ok(n) => c.hash_seed = Some(n),
            Err(_) => {
                return Err(Refused::fatal(
                    "config_init_hash_seed: PYTHONHASHSEED must be \"random\" or an integer in range [0; 4294967295]",
                ));
            }
        },
    }
    if let Some(v) = get("PYTHON_TLBC") {
        c.tlbc = switch("PYTHON_TLBC", &v)?;
    }
    if let Some(v) = get("PYTHON_JIT") {
        switch("PYTHON_JIT", &v)?;
    }
    if let Some(v) = get("PYTHON_GIL") {
        no_gil("PYTHON_GIL", &v)?;
    }
    if let Some(v) = get("PYTHONINTMAXSTRDIGITS") {
        c.int_max_str_digits = str_digits("PYTHONINTMAXSTRDIGITS", &v)?;
    }
    if let Some(v) = get("PYTHONOPTIMIZE") {
        c.optimize = c.optimize.max(v.parse::<u8>().unwrap_or(1).min(2));
    }
    c.unbuffered |= get("PYTHONUNBUFFERED").is_some();
    c.safe_path |= get("PYTHONSAFEPATH").is_some();
    c.inspect |= get("PYTHONINSPECT").is_some();
    c.no_user_site |= get("PYTHONNOUSERSITE").is_some();
    c.dont_write_bytecode |= get("PYTHONDONTWRITEBYTECODE").is_some();
    c.dev_mode |= get("PYTHONDEVMODE").is_some();
    c.import_time |= get("PYTHONPROFILEIMPORTTIME").is_some();
    if let Some(v) = get("PYTHONWARNINGS") {
        c.warn_options.splice(0..0, v.split(',').map(str::to_owned));
    }
    Ok(())
}

fn switch(name: &str, v: &str) -> Result<bool, Refused> {
    match v {
        "0" => Ok(false),
        "1" => Ok(true),
        _ => Err(Refused::fatal(format!("{name}: must be 0 or 1, not {v:?}"))),
    }
}

fn no_gil(name: &str, v: &str) -> Result<(), Refused> {
    match v {
        "0" => Ok(()),
        "1" => Err(Refused::fatal(format!("{name}: Weft has no global lock to turn on"))),
        _ => Err(Refused::fatal(format!("{name}: must be 0, not {v:?}"))),
    }
}

fn str_digits(name: &str, v: &str) -> Result<usize, Refused> {
    match v.parse::<usize>() {
        Ok(n) if n == 0 || (640..=i32::MAX as usize).contains(&n) => Ok(n),
        _ => Err(Refused::fatal(format!(
            "config_init_int_max_str_digits: {name}: invalid limit; must be >= 640 or 0 for unlimited."
        ))),
    }
}

/// `1048576`, `512K`, `64M`, `2G`
fn size(name: &str, v: &str) -> Result<usize, Refused> {
    let bad = || Refused::fatal(format!("{name}: expected a size as in 65536, 512K, 64M or 2G, not {v:?}"));
    let (digits, shift) = match v.char_indices().last() {
        Some((i, 'k' | 'K')) => (&v[..i], 10),
        Some((i, 'm' | 'M')) => (&v[..i], 20),
        Some((i, 'g' | 'G')) => (&v[..i], 30),
        _ => (v, 0),
    };
    let n: usize = digits.parse().map_err(|_| bad())?;
    n.checked_mul(1 << shift).filter(|&n| n > 0).ok_or_else(bad)
}

fn x_option(o: &mut Options, x: &str) -> Result<(), Refused> {
    let (name, value) = match x.split_once('=') {
        Some((n, v)) => (n, Some(v)),
        None => (x, None),
    };
    let c = &mut o.config;
    c.xoptions.push((name.to_owned(), value.map(str::to_owned)));
    let full = format!("-X {name}");
    let need = |what: &str| value.ok_or_else(|| Refused::fatal(format!("{full}: expected {full}={what}")));
    match name {
        "tlbc" => c.tlbc = switch(&full, need("0|1")?)?,
        "gil" => no_gil(&full, need("0")?)?,
        // There is nothing to turn on yet; `sys._jit` says so.
        "jit" => drop(switch(&full, need("0|1")?)?),
        "int_max_str_digits" => c.int_max_str_digits = str_digits(&full, value.unwrap_or(""))?,
        "importtime" => c.import_time = true,
        "dev" => c.dev_mode = true,
        "dis" => o.dis = true,
        "stats" => {
            o.stats = Some(need("FILE")?.to_owned());
            if c.watch == Watch::Off {
                c.watch = Watch::Counts;
            }
        }
        "contention" => {
            o.contention = Some(value.unwrap_or("").to_owned());
            c.watch = Watch::Lines;
        }
        "faults" => {
            let text = need("SEED[,alloc]")?;
            let (seed, allocation) = text.strip_suffix(",alloc").map_or((text, false), |s| (s, true));
            let bad = |_| Refused::fatal(format!("{full}: expected a number, perhaps with \",alloc\""));
            let seed = seed.parse().map_err(bad)?;
            c.faults = Some(vm_python::config::FaultConfig { seed, allocation });
        }
        "heap-limit" => c.heap.limit = Some(size(&full, need("SIZE")?)?),
        // One seeded bug, for `cargo xtask check tsan`: it must be seen. A shipping build has none.
        #[cfg(weft_mutants)]
        "mutant" => vm_core::mutants::activate(need("NAME")?),
        "gc" => {
            for mode in need("stress:N|poison|verify|plain")?.split(',') {
                match (mode, mode.strip_prefix("stress:").map(str::parse::<u64>)) {
                    ("poison", _) => c.heap.poison = true,
                    ("verify", _) => c.heap.verify = true,
                    ("plain", _) => c.heap.plain = true,
                    (_, Some(Ok(n))) if n > 0 => c.heap.stress = n,
                    _ => {
                        return Err(Refused::fatal(format!(
                            "{full}: unknown mode {mode:?}; expected stress:N, poison, verify or plain"
                        )));
                    }
                }
            }
        }
        "cpu_count" if !matches!(value, Some("default")) => {
            let ok = value.and_then(|v| v.parse::<u32>().ok()).is_some_and(|n| n >= 1);
            if !ok {
                return Err(Refused::fatal(format!("{full}: expected a number from 1 on or \"default\"")));
            }
        }
        // CPython keeps unknown names in sys._xoptions and says nothing.
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(args: &[&str]) -> Result<Options, Refused> {
        let args: Vec<OsString> =
            std::iter::once("weft").chain(args.iter().copied()).map(OsString::from).collect();
        parse(&args, &|_| None)
    }

    fn refusal(args: &[&str]) -> Refused {
        run(args).expect_err("this command line is refused")
    }

    #[test]
    fn options_end_where_the_program_begins() {
        let o = run(&["-u", "prog.py", "-u", "x"]).expect("runs");
        assert_eq!(o.program, Program::File("prog.py".into()));
        assert_eq!(o.args, ["-u", "x"]);
        assert!(o.config.unbuffered);
        let o = run(&["-Ic", "pass", "-m"]).expect("runs");
        assert_eq!((o.program, o.args), (Program::Code("pass".into()), vec!["-m".to_owned()]));
        assert!(o.config.isolated);
        assert_eq!(run(&[]).expect("runs").program, Program::Stdin);
        assert_eq!(run(&["-", "a"]).expect("runs").args, ["a"]);
        assert_eq!(run(&["-VV"]).expect("runs").program, Program::Version { full: true });
        assert_eq!(run(&["-OOBq", "-m", "x.y"]).expect("runs").program, Program::Module("x.y".into()));
    }

    #[test]
    fn bad_command_lines_are_named() {
        assert_eq!(refusal(&["-Z"]).code, 2);
        assert!(refusal(&["-Z"]).message.starts_with("Unknown option: -Z\nusage: weft [option]"));
        assert!(refusal(&["--foo"]).message.starts_with("unknown option --foo\n"));
        for o in ["-c", "-m", "-X", "-W"] {
            let r = refusal(&[o]);
            assert!(
                r.message.starts_with(&format!("Argument expected for the {o} option\n")),
                "{}",
                r.message
            );
            assert_eq!(r.code, 2);
        }
        for x in [
            "tlbc=2",
            "tlbc",
            "jit=2",
            "gc=often",
            "faults",
            "faults=often",
            "faults=1,disk",
            "gc=stress:0",
            "heap-limit=12Q",
            "heap-limit=0",
            "gil=1",
            "stats",
            "int_max_str_digits=1",
        ] {
            let r = refusal(&["-X", x, "-c", ""]);
            assert_eq!(r.code, 1, "{x}");
            assert!(r.message.starts_with("Fatal Python error: "), "{}", r.message);
        }
    }

    #[test]
    fn values_arrive() {
        let o =
            run(&["-X", "heap-limit=64M", "-X", "gc=stress:100,poison", "-X", "tlbc=0", "-X", "foo=1", "f"])
                .expect("runs");
        assert_eq!(o.config.heap.limit, Some(64 << 20));
        assert!(o.config.heap.poison && o.config.heap.stress == 100 && !o.config.tlbc);
        assert_eq!(o.config.xoptions.last(), Some(&("foo".to_owned(), Some("1".to_owned()))));
    }

    #[test]
    fn the_environment_counts_unless_it_is_shut_out() {
        let env = |n: &str| match n {
            "PYTHONHASHSEED" => Some("7".to_owned()),
            "PYTHONPATH" => Some("/a:/b".to_owned()),
            _ => None,
        };
        let args = |l: &[&str]| l.iter().map(OsString::from).collect::<Vec<_>>();
        let o = parse(&args(&["weft", "f"]), &env).expect("runs");
        assert_eq!((o.config.hash_seed, o.config.path.len()), (Some(7), 2));
        let o = parse(&args(&["weft", "-E", "f"]), &env).expect("runs");
        assert_eq!((o.config.hash_seed, o.config.path.len()), (None, 0));
        let bad = |_: &str| Some("x".to_owned());
        assert_eq!(parse(&args(&["weft", "f"]), &bad).expect_err("refused").code, 1);
    }
}
