//! `cargo xtask bench memory`: bytes per thread with bytecode copies on and off, and per object.

use super::interpreters::Interpreter;
use super::{Machine, html, save};
use clap::Args as ClapArgs;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::process::Stdio;

/// Options of `cargo xtask bench memory`.
#[derive(ClapArgs)]
pub struct Args {
    /// The weft binary (default: build it with the release profile).
    #[arg(long, value_name = "PATH")]
    weft: Option<PathBuf>,
    /// Write the results here as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the report here as one HTML file.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

/// Everything that was measured.
#[derive(Serialize, Deserialize, Debug)]
pub struct Memory {
    /// Where.
    pub machine: Machine,
    /// What, and resident bytes per thread.
    pub threads: Vec<(String, f64)>,
    /// What, and bytes of heap per object.
    pub objects: Vec<(String, f64)>,
}

/// Threads that wait at one moment, each after running 40 functions of 30 lines.
const THREADS: &str = "
import sys, threading
def resident():
    with open('/proc/self/status') as f:
        for line in f:
            if line.startswith('VmRSS'):
                return int(line.split()[1]) * 1024
names = {}
body = '\\n'.join('    x = x * 3 + %d\\n    x = x %% 1009' % i for i in range(15))
for i in range(40):
    exec('def f%d(x):\\n%s\\n    return x\\n' % (i, body), names)
functions = [names['f%d' % i] for i in range(40)]
many = int(sys.argv[1])
gate = threading.Barrier(many + 1)
def work():
    if sys.argv[2] == 'work':
        for f in functions:
            for _ in range(20):
                f(1)
    gate.wait()
    gate.wait()
work_once = [f(1) for f in functions]
before = resident()
ts = [threading.Thread(target=work) for _ in range(many)]
for t in ts: t.start()
gate.wait()
print((resident() - before) / many)
gate.wait()
for t in ts: t.join()
";

/// What, set-up, and the expression whose value is kept.
const OBJECTS: &[(&str, &str, &str)] = &[
    ("int below 2^61", "", "i"),
    ("int of 100 bits", "", "(1 << 100) + i"),
    ("float", "", "i * 0.1"),
    ("str of 6 characters", "", "'%06d' % i"),
    ("bytes of 6", "", "b'%06d' % i"),
    ("tuple of 2", "", "(i, i)"),
    ("empty list", "", "[]"),
    ("list of 4", "", "[i, i, i, i]"),
    ("empty dict", "", "{}"),
    ("dict of 4", "", "{1: i, 2: i, 3: i, 4: i}"),
    ("set of 4", "", "{1, 2, 3, i + 4}"),
    ("instance without attributes", "class C: pass", "C()"),
    (
        "instance of 2 attributes",
        "class C:\n    def __init__(self, a):\n        self.a = a\n        self.b = a\n",
        "C(i)",
    ),
    (
        "instance of 2 __slots__",
        "class C:\n    __slots__ = 'a', 'b'\n    def __init__(self, a):\n        self.a = a\n        self.b = a\n",
        "C(i)",
    ),
    ("bound method", "class C:\n    def m(self): pass\nc = C()", "c.m"),
    ("closure of 1 cell", "def make(i):\n    def f(): return i\n    return f", "make(i)"),
    (
        "generator, suspended",
        "def g(i):\n    yield i\n    yield i\ndef make(i):\n    x = g(i)\n    next(x)\n    return x",
        "make(i)",
    ),
    (
        "exception with traceback",
        "def make(i):\n    try:\n        raise ValueError(i)\n    except ValueError as e:\n        return e",
        "make(i)",
    ),
];

/// Entry.
///
/// # Errors
/// When weft cannot be built or fails.
pub fn main(args: &Args) -> Result<bool, String> {
    let weft = Interpreter::weft(args.weft.as_deref(), &[])?;
    let machine = Machine::here();
    println!("{}", machine.text());
    let mut threads = Vec::new();
    for (what, work, copies) in [
        ("a thread that ran nothing", "idle", "1"),
        ("a thread that ran 40 functions of 30 lines, copies on", "work", "1"),
        ("the same, copies off (-X tlbc=0)", "work", "0"),
    ] {
        let mut weft = weft.clone();
        weft.options.extend(["-X".into(), format!("tlbc={copies}")]);
        threads.push((what.to_owned(), number(&weft, THREADS, &["32", work])?));
    }
    if let [_, (_, on), (_, off)] = &threads[..] {
        let each = (on - off) / 40.0;
        threads.push(("so one function's copy".to_owned(), each));
    }
    let mut objects = Vec::new();
    for (what, setup, expression) in OBJECTS {
        let program = format!(
            "import gc, _weft\n{setup}\nN = 50000\ndef fill(kept):\n    for i in range(N):\n        kept[i] = {expression}\n\
             kept = [None] * N\nfill(kept)\ngc.collect()\nfull = _weft.stats()['heap_live_bytes'] + _weft.stats()['heap_external_bytes']\n\
             kept[:] = [None] * N\ngc.collect()\ngc.collect()\n\
             print((full - _weft.stats()['heap_live_bytes'] - _weft.stats()['heap_external_bytes']) / N)\n"
        );
        objects.push(((*what).to_owned(), number(&weft, &program, &[])?.max(0.0)));
    }
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::ASCII_FULL_CONDENSED);
    table.set_header(["what", "bytes"]);
    for (what, bytes) in threads.iter().chain(&objects) {
        table.add_row([what.clone(), format!("{bytes:.1}")]);
    }
    println!("{table}");
    println!(
        "Threads: resident memory, mean of 32. Objects: live bytes of the heap, without the slot that refers to them. There is no JIT, so there is no machine code to count."
    );
    let result = Memory { machine, threads, objects };
    save("memory", &result, args.json.as_deref())?;
    if let Some(path) = &args.html {
        html::write(path)?;
    }
    Ok(true)
}

fn number(weft: &Interpreter, program: &str, arguments: &[&str]) -> Result<f64, String> {
    let output = weft
        .command()
        .args(["-c", program])
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.trim()
        .parse()
        .map_err(|_| format!("weft: {} {text}{}", output.status, String::from_utf8_lossy(&output.stderr)))
}
