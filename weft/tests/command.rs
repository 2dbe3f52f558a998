//! The command itself: what the ladder's programs cannot see from inside.

use std::process::{Command, Output, Stdio};

fn weft(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(args)
        .env_remove("PYTHONPATH")
        .env_remove("PYTHONHASHSEED")
        .stdin(Stdio::null())
        .output()
        .expect("the command starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn versions_and_help_go_to_standard_output() {
    assert_eq!(text(&weft(&["-V"]).stdout), "Python 3.14.0\n");
    assert!(text(&weft(&["-VV"]).stdout).contains("Weft"));
    let help = weft(&["--help"]);
    assert!(text(&help.stdout).contains("-X opt"));
    assert_eq!(help.status.code(), Some(0));
}

#[test]
fn bad_options_end_with_code_2_and_bad_values_with_1() {
    for (args, code, what) in [
        (&["-Z"][..], 2, "Unknown option: -Z\nusage: "),
        (&["--nope"], 2, "unknown option --nope\nusage: "),
        (&["-X"], 2, "Argument expected for the -X option\n"),
        (&["-X", "tlbc=7", "-c", "pass"], 1, "Fatal Python error: -X tlbc: must be 0 or 1"),
        (&["-X", "heap-limit=lots", "-c", "pass"], 1, "Fatal Python error: -X heap-limit: expected a size"),
        (&["-X", "gc=never", "-c", "pass"], 1, "Fatal Python error: -X gc: unknown mode"),
    ] {
        let out = weft(args);
        assert_eq!(out.status.code(), Some(code), "{args:?}");
        assert!(text(&out.stderr).starts_with(what), "{args:?}: {}", text(&out.stderr));
        assert!(out.stdout.is_empty(), "{args:?}");
    }
}

#[test]
fn exit_codes_are_cpythons() {
    for (code, source) in [
        (0, "pass"),
        (0, "raise SystemExit"),
        (3, "raise SystemExit(3)"),
        (1, "raise SystemExit('text')"),
        (1, "1/0"),
        (255, "import sys; sys.exit(-1)"),
        (1, "import sys; sys.exit(True)"),
    ] {
        assert_eq!(weft(&["-c", source]).status.code(), Some(code), "{source}");
    }
    assert_eq!(text(&weft(&["-c", "raise SystemExit('text')"]).stderr), "text\n");
}

#[test]
fn an_unflushable_stdout_is_code_120() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    let out = Command::new(env!("CARGO_BIN_EXE_weft"))
        .args(["-c", "print('x')"])
        .env_remove("PYTHONUNBUFFERED")
        .stdout(full)
        .output()
        .expect("the command starts");
    assert_eq!(out.status.code(), Some(120));
    assert!(text(&out.stderr).contains("No space left on device"), "{}", text(&out.stderr));
}

#[test]
fn statistics_are_json_numbers() {
    let file = std::env::temp_dir().join(format!("weft-stats-{}.json", std::process::id()));
    let option = format!("stats={}", file.display());
    let out = weft(&["-X", &option, "-c", "import gc; gc.collect()"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let json = std::fs::read_to_string(&file).expect("the file was written");
    std::fs::remove_file(&file).expect("it is ours");
    let collections =
        json.lines().find_map(|l| l.trim().strip_prefix("\"gc_collections\": ")).expect("the counter");
    assert_ne!(collections.trim_end_matches(','), "0");
    assert!(json.starts_with("{\n") && json.ends_with("}\n"));
}

#[test]
fn import_times_are_listed() {
    let out = weft(&["-X", "importtime", "-c", "import importlib"]);
    let err = text(&out.stderr);
    assert!(err.lines().any(|l| l.starts_with("import time: ") && l.ends_with("| importlib")), "{err}");
}

#[test]
fn hashes_are_fixed_by_the_seed_and_random_without() {
    let hash = |seed: Option<&str>| {
        let mut c = Command::new(env!("CARGO_BIN_EXE_weft"));
        c.args(["-c", "print(hash('weft'))"]).env_remove("PYTHONHASHSEED");
        if let Some(s) = seed {
            c.env("PYTHONHASHSEED", s);
        }
        text(&c.output().expect("the command starts").stdout)
    };
    assert_eq!(hash(Some("1")), hash(Some("1")));
    assert_ne!(hash(Some("1")), hash(Some("2")));
    assert_ne!(hash(None), hash(None));
}

#[test]
fn the_bytecode_is_printed_in_place_of_running() {
    let out = weft(&["-X", "dis", "-c", "print(1)"]);
    let shown = text(&out.stdout);
    assert!(shown.contains("RETURN_VALUE") && shown.contains("CALL"), "{shown}");
    let out = weft(&["-X", "dis", "-c", "x = = 1"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("SyntaxError: invalid syntax"));
}

#[test]
fn no_copies_and_no_specialization_without_tlbc() {
    let source =
        "import _weft\ndef f(x): return x + 1\nfor i in range(100): f(i)\nprint('_INT' in _weft.tlbc(f))";
    assert_eq!(text(&weft(&["-X", "tlbc=0", "-c", source]).stdout), "False\n");
    assert_eq!(text(&weft(&["-c", source]).stdout), "True\n");
}

#[test]
fn copies_of_ended_threads_are_freed_by_a_full_collection() {
    let source = "import _weft, gc, threading\n\
                  def f(x): return x + 1\n\
                  freed = lambda: _weft.stats()['bytecode_copies_freed']\n\
                  hold, go = threading.Event(), threading.Event()\n\
                  def stay(): f(1); hold.set(); go.wait(); print(_weft.tlbc_id(f) is not None, f(1))\n\
                  s = threading.Thread(target=stay); s.start(); hold.wait(); gc.collect()\n\
                  a = freed()\n\
                  t = threading.Thread(target=f, args=(1,)); t.start(); t.join(); gc.collect()\n\
                  b = freed(); gc.collect()\n\
                  print(a, b > 0, freed() == b)\n\
                  go.set(); s.join(); gc.collect(); print(freed() > b, f(1))\n";
    let out = weft(&["-c", source]);
    assert_eq!(text(&out.stdout), "0 True True\nTrue 2\nTrue 2\n", "{}", text(&out.stderr));
    let out = weft(&["-X", "tlbc=0", "-c", source]);
    assert_eq!(text(&out.stdout), "0 False True\nTrue 2\nFalse 2\n", "{}", text(&out.stderr));
}

#[test]
fn quit_signal_prints_all_stacks_and_ends() {
    use std::os::unix::process::ExitStatusExt;
    let source = "import os, threading, time\ndef stuck():\n while 1: pass\n\
                  threading.Thread(target=stuck, daemon=True).start(); time.sleep(0.1)\n\
                  os.kill(os.getpid(), 3); time.sleep(60)\n";
    let out = weft(&["-c", source]);
    assert_eq!(out.status.signal(), Some(3), "SIGQUIT's own end");
    let stderr = text(&out.stderr);
    for what in ["Thread 0x", "in stuck\n", "\nCurrent thread 0x", "in <module>\n"] {
        assert!(stderr.contains(what), "{what}: {stderr}");
    }
}
