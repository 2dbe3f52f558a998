//! The modules against what CPython prints (`tests/python/modules.out` was made by CPython 3.13).

use vm_python::{Config, Vm};

/// Runs a program with `sys.stdout` replaced by a `StringIO` and returns what it printed.
fn output_of(source: &str) -> String {
    let vm = Vm::boot(Config::default(), vm_modules::register).unwrap_or_else(|e| panic!("boot: {e}"));
    let run = || {
        let main = vm.main_namespace(None, "")?;
        vm.exec_source("import sys, io; sys.stdout = io.StringIO()", "<test>", main)?;
        vm.exec_source(source, "modules.py", main)?;
        vm.exec_source("text = sys.stdout.getvalue()", "<test>", main)?;
        main.get_str(&vm, vm.intern("text")?)
    };
    match run() {
        Ok(Some(text)) => match vm.str(text) {
            Ok(s) => s.to_str_lossy().into_owned(),
            Err(_) => panic!("no text"),
        },
        Ok(None) => panic!("no output"),
        Err(e) => {
            vm.print_uncaught(e);
            panic!("the program raised")
        }
    }
}

#[test]
fn modules_print_what_cpythons_print() {
    let got = output_of(include_str!("python/modules.py"));
    let want = include_str!("python/modules.out");
    for (i, (g, w)) in got.lines().zip(want.lines()).enumerate() {
        assert_eq!(g, w, "line {}", i + 1);
    }
    assert_eq!(got.lines().count(), want.lines().count());
}
